import { validators } from "../peers/by-hand.mjs";
import { signer } from "../peers/node-crypto.mjs";
import { decodeByBuffer, supplier } from "../peers/supplier.mjs";
import { CLIENT_SECRET } from "../settings.mjs";

export const answer = supplier(signer(CLIENT_SECRET), validators, decodeByBuffer).orderCreate;
