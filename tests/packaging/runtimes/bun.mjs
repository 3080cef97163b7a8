import { binary, project, run, versionOf } from "../tools.mjs";

export const bun = {
  name: "bun",
  title: "Bun",
  needs: ["import.node", "#wasm: bun"],
  tested: () => versionOf("bun"),
  async run({ tarball, expected }) {
    const folder = await project("bun", tarball, { expected });
    return run(binary("bun", "@oven"), ["run", "--no-install", "main.mjs"], { cwd: folder });
  },
};
