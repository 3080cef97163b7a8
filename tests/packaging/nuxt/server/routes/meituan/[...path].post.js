import { respond } from "../../../stored.mjs";

export default defineEventHandler((event) => respond(toWebRequest(event)));
