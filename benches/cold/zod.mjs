import { CLIENT_SECRET } from "../bodies.mjs";
import { signer } from "../peers/node-crypto.mjs";
import { supplier } from "../peers/supplier.mjs";
import { validators } from "../peers/zod.mjs";

export const answer = supplier(signer(CLIENT_SECRET), validators({ jitless: false })).orderCreate;
