// The supplier behind Fastify.

import fastify from "fastify";
import { toFastify } from "meituan-protocol/frameworks";
import { gate, meituan, stop } from "./supplier.mjs";

const app = fastify();
app.register(toFastify(meituan), { prefix: "/meituan" });
app.register(toFastify(gate), { prefix: "/gate" });
app.addHook("onClose", stop); // no request is open then
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => app.close());
console.log("listening on", await app.listen({ port: Number(process.env.PORT ?? 3000), host: "0.0.0.0" }));
