// The Rust example's programs, built where that was not done before.

import { join } from "node:path";
import { ROOT, run } from "../packaging/tools.mjs";

const FOLDER = join(ROOT, "examples/rust-axum");
const TARGET = join(ROOT, "target/rust-axum");

/**
 * Where a program of the example is.
 * @param {"tickets" | "rides"} name
 * @returns {Promise<string>}
 */
export async function built(name) {
  await run("cargo", ["build", "--locked", "--bin", name], { cwd: FOLDER, env: { CARGO_TARGET_DIR: TARGET }, seconds: 600 });
  return join(TARGET, "debug", process.platform === "win32" ? `${name}.exe` : name);
}
