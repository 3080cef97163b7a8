import { suite } from "../../suite.mjs";

export const dynamic = "force-dynamic";

export const GET = async () => Response.json(await suite());
