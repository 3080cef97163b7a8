import { binary, project, run, versionOf } from "../tools.mjs";

export const deno = {
  name: "deno",
  title: "Deno, without permissions",
  needs: ["import.node", "#wasm: deno"],
  tested: () => versionOf("deno"),
  async run({ tarball, expected }) {
    const folder = await project("deno", tarball, { expected });
    // Nothing is allowed, and nothing is asked for. The cache lies in the project: a home may not be there.
    const options = ["run", "--no-prompt", "--no-remote", "--node-modules-dir=manual", "main.mjs"];
    return run(binary("deno", "@deno"), options, { cwd: folder, env: { DENO_DIR: `${folder}/.deno`, DENO_NO_UPDATE_CHECK: "1" } });
  },
};
