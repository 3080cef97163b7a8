import { suite } from "./suite.mjs";

export default {
  fetch: async () => Response.json(await suite()),
};
