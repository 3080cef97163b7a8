// The supplier behind node:http.

import { createServer } from "node:http";
import { toNodeListener } from "meituan-protocol/frameworks";
import { gate, meituan, stop } from "./supplier.mjs";

const [calls, guests] = [toNodeListener(meituan), toNodeListener(gate)];
const server = createServer((request, response) => (request.url === "/gate/enter" ? guests : calls)(request, response));
server.listen(Number(process.env.PORT ?? 3000), () => console.log("listening on", server.address()));
// Requests that are under way are answered first.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close(stop));
