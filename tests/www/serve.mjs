// `cargo xtask demo --serve`: builds the page, serves it, and prints where.

import { buildPage, servePage } from "./site.mjs";

await buildPage();
const { address } = await servePage({ port: Number(process.env.PORT ?? 0) });
console.log(`The browser demo is at ${address} until you stop this program (Ctrl-C).`);
