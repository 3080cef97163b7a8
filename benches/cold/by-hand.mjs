import { CLIENT_SECRET } from "../bodies.mjs";
import { validators } from "../peers/by-hand.mjs";
import { signer } from "../peers/node-crypto.mjs";
import { supplier } from "../peers/supplier.mjs";

export const answer = supplier(signer(CLIENT_SECRET), validators).orderCreate;
