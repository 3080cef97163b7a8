// Database servers for the tests: on a free port of the loopback, under the servers' own users, with data in a temporary folder.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START_LIMIT = 60_000;
const STOP_LIMIT = 15_000;
const TAIL = 2000;

const sleep = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** Where Debian puts programs, newest version first for PostgreSQL. */
function programOf(/** @type {string} */ name, /** @type {string} */ debianPackage) {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [
    "/usr/sbin",
    "/usr/bin",
    "/usr/local/sbin",
    "/usr/local/bin",
    ...versions.map((version) => `${root}/${version}/bin`),
  ];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`${name} is missing: install it, such as by \`apt-get install ${debianPackage}\` as root`);
  return found;
}

/** The user that a server runs as: its own where we are root. Servers refuse root. */
function userOf(/** @type {string} */ name) {
  if (process.getuid?.() !== 0) return {};
  const idOf = (/** @type {string} */ flag) => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

/**
 * Starts a server and waits until it answers.
 * @param {{ user: string, debianPackage: string, prepare?: (folder: string, run: (program: string, args: string[]) => void) => void,
 *   program: string, args: (folder: string, port: number) => string[], answers: (port: number, folder: string) => Promise<unknown>,
 *   signal?: NodeJS.Signals, abort?: NodeJS.Signals }} server how it is told to end, and to end at once
 */
async function start({ user, debianPackage, prepare, program, args, answers, signal = "SIGTERM", abort = "SIGKILL" }) {
  const path = programOf(program, debianPackage);
  const as = userOf(user);
  const folder = mkdtempSync(join(tmpdir(), `${user}-`));
  chmodSync(folder, 0o700);
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid);
  const env = { PATH: process.env.PATH, LC_ALL: "C", HOME: folder };
  prepare?.(folder, (name, given) => {
    execFileSync(programOf(name, debianPackage), given, { ...as, cwd: folder, env, stdio: "pipe" });
  });
  const port = await freePort();
  const child = spawn(path, args(folder, port), { ...as, cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (printed = (printed + text).slice(-TAIL)));
  }
  const ended = new Promise((resolve) => child.on("exit", resolve).on("error", resolve));
  let isRunning = true;
  ended.then(() => (isRunning = false));
  const end = () => {
    child.kill(abort);
    // It may be writing still.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  // A test that breaks off, or is told to end, must not leave a server behind.
  process.on("exit", end);
  for (const told of ["SIGINT", "SIGTERM"]) process.once(told, () => process.exit(1));
  const stop = async () => {
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT);
    await ended;
    clearTimeout(late);
    process.off("exit", end);
    rmSync(folder, { recursive: true, force: true });
  };
  const until = Date.now() + START_LIMIT;
  for (;;) {
    try {
      await answers(port, folder);
      return { port, folder, stop, pid: child.pid };
    } catch (error) {
      if (!isRunning || Date.now() > until) {
        await stop();
        throw new Error(`${program} has not started: ${error}\n${printed}`);
      }
      await sleep(100);
    }
  }
}

/** PostgreSQL, with a role `owner` that may do everything and nobody else. */
export async function startPostgresql() {
  const { default: pg } = await import("pg");
  const connect = (/** @type {number} */ port, user = "owner") => ({ host: "127.0.0.1", port, user, database: "postgres" });
  const server = await start({
    ...{ user: "postgres", debianPackage: "postgresql", program: "postgres", signal: "SIGINT", abort: "SIGQUIT" },
    prepare: (folder, run) =>
      run("initdb", [
        "--pgdata",
        join(folder, "data"),
        "--username",
        "owner",
        "--auth",
        "trust",
        "--no-sync",
        "--encoding",
        "UTF8",
      ]),
    args: (folder, port) => [
      ...["-D", join(folder, "data"), "-h", "127.0.0.1", "-p", String(port), "-k", folder],
      ...["-c", "fsync=off", "-c", "max_connections=60"],
    ],
    async answers(port) {
      const client = new pg.Client(connect(port));
      await client.connect();
      await client.end();
    },
  });
  return { ...server, settings: (/** @type {string} */ user) => connect(server.port, user) };
}

/** MariaDB, with the user `root` on its socket alone. */
export async function startMariadb() {
  const { default: mysql } = await import("mysql2/promise");
  const socketOf = (/** @type {string} */ folder) => join(folder, "socket");
  const server = await start({
    ...{ user: "mysql", debianPackage: "mariadb-server", program: "mariadbd" },
    prepare: (folder, run) =>
      run("mariadb-install-db", [
        ...["--no-defaults", `--datadir=${join(folder, "data")}`, "--auth-root-authentication-method=normal", "--skip-test-db"],
      ]),
    args: (folder, port) => [
      ...["--no-defaults", `--datadir=${join(folder, "data")}`, `--socket=${socketOf(folder)}`, `--port=${port}`],
      ...["--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0", `--pid-file=${join(folder, "pid")}`],
    ],
    async answers(_, folder) {
      const connection = await mysql.createConnection({ socketPath: socketOf(folder), user: "root" });
      await connection.end();
    },
  });
  return {
    ...server,
    owner: { socketPath: socketOf(server.folder), user: "root" },
    settings: (/** @type {string} */ user) => ({ host: "127.0.0.1", port: server.port, user, database: "shop" }),
  };
}

/** Redis, with a file of what was written. */
export async function startRedis() {
  const { Redis } = await import("ioredis");
  return start({
    ...{ user: "redis", debianPackage: "redis-server", program: "redis-server" },
    // A file that is written anew would be shorter than what was written.
    args: (folder, port) => [
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
      ...["--appendonly", "yes", "--auto-aof-rewrite-percentage", "0"],
    ],
    async answers(port) {
      const client = new Redis({ host: "127.0.0.1", port, lazyConnect: true, retryStrategy: null });
      client.on("error", () => {});
      try {
        await client.connect();
        await client.ping();
      } finally {
        client.disconnect();
      }
    },
  });
}
