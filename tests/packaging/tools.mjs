// Programs and folders that the runtimes need.

import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, "../..");
export const WORK = join(ROOT, "target/packaging");

/**
 * Runs a program to its end and returns what it printed on standard output.
 * @param {string} program
 * @param {string[]} options
 * @param {{ cwd: string, env?: Record<string, string>, seconds?: number }} how
 * @returns {Promise<string>}
 */
export async function run(program, options, { cwd, env = {}, seconds = 120 }) {
  // A signal ends the program alone, but not what it started; its group goes as a whole.
  const child = spawn(program, options, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let printed = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (printed += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end(child);
  }, 1000 * seconds);
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  }).finally(() => clearTimeout(timer));
  if (isLate) throw new Error(`${options.join(" ")}: not done after ${seconds} s\n${errors || printed}`);
  if (code !== 0) throw new Error(`${program} ${options.join(" ")}: exit status ${code}\n${errors || printed}`);
  return printed;
}

/**
 * Starts a server and waits until it answers on its port, which is told to it by PORT too.
 * @param {string} program
 * @param {(port: number) => string[]} options
 * @param {{ cwd: string, env?: Record<string, string>, seconds?: number }} how
 */
export async function serve(program, options, { cwd, env = {}, seconds = 60 }) {
  const port = await freePort();
  const child = spawn(program, options(port), {
    cwd,
    env: { ...process.env, PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const address = `http://127.0.0.1:${port}`;
  const stop = () => end(child);
  for (const deadline = Date.now() + 1000 * seconds; ; ) {
    if (child.exitCode !== null || Date.now() > deadline) {
      stop();
      throw new Error(`${program} does not serve\n${printed}`);
    }
    // Any answer will do.
    const isUp = await fetch(address).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    );
    if (isUp) return { address, stop, printed: () => printed, child };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @param {import("node:child_process").ChildProcess} child */
function end(child) {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}

/** @returns {Promise<number>} */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** The oldest major version of Node that the package is said to run on. */
export const SUPPORTED = JSON.parse(readFileSync(join(ROOT, "pkg-template/package.json"), "utf8")).engines.node.replace(">=", "");

/** The version of a package of the development dependencies. @param {string} name */
export const versionOf = (name) => JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")).version;

/**
 * Tools that users build with, in a folder of this one. It has a lock file of its own: a build alone does not need them.
 * @param {string} name of the folder
 */
function toolsIn(name) {
  const modules = join(HERE, name, "node_modules");
  const { dependencies } = JSON.parse(readFileSync(join(HERE, name, "package.json"), "utf8"));
  return {
    name,
    modules,
    path: (/** @type {string} */ file) => join(modules, file),
    version: (/** @type {string} */ tool) => dependencies[tool].replace(/.*@/, ""),
  };
}

/** Those of every run. */
export const installed = toolsIn("installed");
/** Those of audits. */
export const audited = toolsIn("audited");

/** A Node that the newest of them run on. */
export function newerNode() {
  const file = `node-${process.platform}-${process.arch}/bin/node`;
  return [installed, audited].map(({ path }) => path(file)).find((path) => existsSync(path)) ?? process.execPath;
}

/**
 * The program that a package of the development dependencies brings. Its install script, which npm may not run, would put it
 * in its place; without that it still lies in the package for this platform.
 * @param {string} name of the package, and of the program
 * @param {string} scope of the packages for the platforms
 */
export function binary(name, scope) {
  const modules = join(ROOT, "node_modules");
  const platforms = existsSync(join(modules, scope)) ? readdirSync(join(modules, scope)) : [];
  const places = platforms.flatMap((platform) => ["", "bin"].map((folder) => join(modules, scope, platform, folder, name)));
  places.push(join(modules, name, name), join(modules, name, "bin", `${name}.exe`));
  const found = places.flatMap((place) => [place, `${place}.exe`]).find((place) => existsSync(place));
  if (found === undefined) throw new Error(`npm installed no ${name} for this platform`);
  return found;
}

/** Debian's, or whichever is called so. Playwright's own browsers are not downloaded. */
export function chromium() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env.PATH ?? "").split(":");
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((place) => existsSync(place));
  if (found === undefined) throw new Error("no Chromium here: install one, such as by `apt-get install chromium`");
  return found;
}

export const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/**
 * The package as npm packs it.
 * @param {string | undefined} without a file of the package that is left out, or a condition that leads to what throws
 * @returns {Promise<string>} the tarball's path
 */
export async function pack(without) {
  // Files of tests run side by side.
  const own = join(WORK, "tarball", String(process.pid));
  process.once("exit", () => rmSync(own, { recursive: true, force: true }));
  const folder = join(own, without?.replaceAll(/[^a-z.]+/g, "-") ?? "whole");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let source = join(ROOT, "pkg");
  if (without !== undefined) {
    cpSync(source, join(folder, "pkg"), { recursive: true });
    source = join(folder, "pkg");
    if (without.startsWith("dist/")) rmSync(join(source, without));
    else breakCondition(join(source, "package.json"), without);
  }
  const printed = await run(npm, ["pack", "--json", "--pack-destination", folder, source], { cwd: ROOT });
  return join(folder, packed(printed).filename);
}

/** What of a manifest has conditions, by what it is called in their names. @param {any} manifest @returns {[string, any][]} */
const mapsOf = ({ exports, imports }) => [
  ...Object.entries(exports).map(
    ([subpath, map]) => /** @type {[string, any]} */ ([subpath.endsWith(".wasm") ? "wasm: " : "", map]),
  ),
  ...Object.values(imports).map((map) => /** @type {[string, any]} */ (["#wasm: ", map])),
];

/** Those of the package, such as `import.node` and `#wasm: workerd`: each in all entries, or for both modules. */
export function conditionsOf() {
  const leaves = (/** @type {any} */ map) =>
    Object.entries(map).flatMap(([name, value]) =>
      typeof value === "string" ? [name] : leaves(value).map((each) => `${name}.${each}`),
    );
  const manifest = JSON.parse(readFileSync(join(ROOT, "pkg/package.json"), "utf8"));
  const found = mapsOf(manifest).flatMap(([prefix, map]) =>
    typeof map === "string" ? [] : leaves(map).map((each) => prefix + each),
  );
  // Types are asked for by compilers, which the other tests run.
  return [...new Set(found)].filter((condition) => !condition.endsWith("types"));
}

/** It is there: where a file is missing, Vite takes the next condition, and Turbopack the package in a folder further up. */
const BROKEN = "dist/broken.js";

/** @param {string} file the manifest @param {string} condition */
function breakCondition(file, condition) {
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  let broken = 0;
  for (const [prefix, map] of mapsOf(manifest)) {
    if (typeof map === "string" || !condition.startsWith(prefix)) continue;
    const path = condition.slice(prefix.length).split(".");
    const last = /** @type {string} */ (path.pop());
    const place = path.reduce((found, name) => found?.[name], map);
    if (typeof place?.[last] !== "string") continue;
    place[last] = `./${BROKEN}`;
    broken += 1;
  }
  if (broken === 0) throw new Error(`the package has no condition ${condition}`);
  writeFileSync(join(dirname(file), BROKEN), 'throw new Error("this condition is broken");\n');
  writeFileSync(file, JSON.stringify(manifest));
}

/**
 * What `npm pack --json` says of the one package: in a list, or by its name.
 * @param {string} printed
 * @returns {{ filename: string, files: { path: string, size: number }[] }}
 */
export const packed = (printed) => Object.values(JSON.parse(printed))[0];

/**
 * A folder of its own with the tarball installed, if there is one, and the files of `project/` and of the template in it.
 * @param {string} name
 * @param {string | undefined} tarball
 * @param {{ template?: string, expected: unknown, type?: "module" | "commonjs", tools?: typeof installed }} contents
 * `tools` are those that it finds
 */
export async function project(name, tarball, { template, expected, type = "module", tools }) {
  const folder = join(WORK, tools === undefined ? "projects" : tools.name, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (tools !== undefined) link(tools.modules, join(folder, "../node_modules"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "1.0.0", private: true, type }));
  // Nothing has to be fetched: the package has no dependencies.
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--offline"];
  if (tarball !== undefined) await run(npm, ["install", ...quiet, tarball], { cwd: folder });
  cpSync(join(HERE, "project"), folder, { recursive: true });
  if (template !== undefined) cpSync(join(HERE, template), folder, { recursive: true });
  writeFileSync(join(folder, "expected.mjs"), `export default ${JSON.stringify(expected)};\n`);
  return folder;
}

/** @param {string} target @param {string} place */
function link(target, place) {
  if (!existsSync(target)) throw new Error(`nothing is installed in ${target}: run npm ci there`);
  try {
    symlinkSync(target, place, "junction");
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
  }
}
