import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// Next itself lies further up, with the project's development dependencies.
const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");

// Types are checked with all the others.
export default { turbopack: { root }, outputFileTracingRoot: root, typescript: { ignoreBuildErrors: true } };
