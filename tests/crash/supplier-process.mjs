// The supplier in a process of its own, so that it can be killed.

import { fileURLToPath } from "node:url";
import { startSupplier } from "../demo/supplier.mjs";

const { bindings, folder } = JSON.parse(process.argv[2]);
const entry = fileURLToPath(new URL("worker.ts", import.meta.url));
const supplier = await startSupplier(bindings, (line) => console.error(line), { entry, folder });
process.send(supplier.address);
