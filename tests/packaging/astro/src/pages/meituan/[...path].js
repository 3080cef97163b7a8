import { respond } from "../../../stored.mjs";

export const POST = ({ request }) => respond(request);
