import { suite } from "./suite.mjs";

addEventListener("fetch", (event) => event.respondWith(suite().then((result) => Response.json(result))));
