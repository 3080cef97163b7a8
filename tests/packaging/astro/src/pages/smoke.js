import { suite } from "../../suite.mjs";

export const GET = async () => Response.json(await suite());
