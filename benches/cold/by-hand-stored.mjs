import { validators } from "../peers/by-hand.mjs";
import { signer } from "../peers/node-crypto.mjs";
import { storedSupplier } from "../peers/stored.mjs";
import { CLIENT_SECRET } from "../settings.mjs";
import { answering, functions, smallStore } from "./fetch.mjs";

const store = smallStore();
const handle = storedSupplier(signer(CLIENT_SECRET), validators, functions);

export const answer = answering((request) => handle(request, undefined, store));
