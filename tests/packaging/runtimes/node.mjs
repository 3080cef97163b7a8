import { project, run, SUPPORTED } from "../tools.mjs";

const tested = () => `${SUPPORTED} or later, as installed`;
const version = () => process.version;

export const nodeModules = {
  name: "node-esm",
  title: "Node.js, ES modules",
  needs: ["import.node", "#wasm: node.default"],
  tested,
  version,
  async run({ tarball, expected }) {
    const folder = await project("node-esm", tarball, { expected });
    return run(process.execPath, ["main.mjs"], { cwd: folder });
  },
};

export const nodeCommonjs = {
  name: "node-cjs",
  title: "Node.js, CommonJS",
  needs: ["require.default", "dist/cjs/loaders/wasm-commonjs.js", "dist/cjs/loaders/wasm-orders-commonjs.js"],
  tested,
  version,
  async run({ tarball, expected }) {
    const folder = await project("node-cjs", tarball, { expected, type: "commonjs" });
    return run(process.execPath, ["main.cjs"], { cwd: folder });
  },
};
