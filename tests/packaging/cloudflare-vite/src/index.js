import { respond } from "../stored.mjs";
import { suite } from "../suite.mjs";

export default {
  async fetch(request) {
    if (request.method === "GET") return Response.json(await suite());
    return respond(request);
  },
};
