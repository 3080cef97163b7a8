import { suite } from "./suite.mjs";

export const config = { matcher: "/middleware" };

export const middleware = async () => Response.json(await suite());
