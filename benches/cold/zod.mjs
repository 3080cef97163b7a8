import { signer } from "../peers/node-crypto.mjs";
import { decodeByBuffer, supplier } from "../peers/supplier.mjs";
import { validators } from "../peers/zod.mjs";
import { CLIENT_SECRET } from "../settings.mjs";

export const answer = supplier(signer(CLIENT_SECRET), validators({ jitless: false }), decodeByBuffer).orderCreate;
