import { Hono } from "hono";
import { respond } from "../stored.mjs";
import { suite } from "../suite.mjs";

const app = new Hono();
app.post("/meituan/*", (context) => respond(context.req.raw));
app.get("/smoke", async (context) => context.json(await suite()));

export default app;
