// `cargo xtask demo --serve`: builds the pages, serves them, and prints where.

import { buildSite } from "../../www/build.mjs";
import { serveSite } from "./site.mjs";

await buildSite();
const { address } = await serveSite({ port: Number(process.env.PORT ?? 0) });
console.log(`The browser demo is at ${address} until you stop this program (Ctrl-C).`);
