// A contender behind node:http, in a process of its own.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** @param {string} contender @returns {Promise<import("../servers.mjs").Server>} */
export async function startNode(contender) {
  const child = fork(fileURLToPath(new URL("node-server.mjs", import.meta.url)), [contender]);
  const heard = async () => (await once(child, "message"))[0];
  const { port } = await heard();
  return {
    port,
    async cpu() {
      child.send("cpu");
      return (await heard()).cpu * 1000;
    },
    stop: () => child.disconnect(),
  };
}
