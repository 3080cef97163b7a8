import { join } from "node:path";
import webpack from "webpack";
import { project, run, versionOf } from "../tools.mjs";

export const webpackBundle = {
  name: "webpack",
  title: "webpack bundle",
  isSlow: true,
  needs: ["import.module", "#wasm: node.module"],
  tested: () => versionOf("webpack"),
  version: () => `${versionOf("webpack")}, ${process.version}`,
  async run({ tarball, expected }) {
    const folder = await project("webpack", tarball, { expected });
    await bundle({
      ...{ context: folder, entry: "./main.mjs", mode: "production", target: "node20" },
      output: { path: join(folder, "bundled"), filename: "main.cjs" },
    });
    return run(process.execPath, [join("bundled", "main.cjs")], { cwd: folder });
  },
};

/** @param {import("webpack").Configuration} configuration @returns {Promise<void>} */
const bundle = (configuration) =>
  new Promise((resolve, reject) => {
    webpack(configuration, (error, stats) => {
      if (error) reject(error);
      else if (stats?.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
      else resolve();
    });
  });
