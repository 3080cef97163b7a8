// A client of the ride API, the vectors, and Node's AES as a second opinion, for the tests of rides.

import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { MeituanError, RideClient, RideRequests } from "meituan-protocol/ride";

export const VECTORS = new URL("../vectors/", import.meta.url);
export const read = (path) => readFileSync(new URL(path, VECTORS), "utf8");
export const json = (path) => JSON.parse(read(path));

export const NOW = 1629857463000;
export const TOKEN = "CESHI-TK";
export const SECRET_KEY = "AAECAwQFBgcICQoLDA0ODw==";
export const OTHER_KEY = "EBESExQVFhcYGRobHB0eHw==";
export const INTERFACES = readdirSync(new URL("ride/", VECTORS));
export const REQUESTS = INTERFACES.filter(
  (name) => name in new RideRequests({ entId: 1, accessKey: TOKEN, secretKey: SECRET_KEY }),
);
export const PATHS = { capacityOffered: "/capacity", orderChanged: "/event", refunded: "/refund" };
export const PUSHES = Object.fromEntries(
  INTERFACES.filter((name) => !REQUESTS.includes(name)).map((name) => [name, PATHS[name] ?? `/${name}`]),
);
export const options = {
  entId: 617,
  accessKey: TOKEN,
  secretKey: SECRET_KEY,
  now: () => NOW,
  routes: Object.fromEntries(Object.entries(PUSHES).map(([name, path]) => [path, name])),
};
export const client = new RideClient(options);

/** Node's AES: a second opinion. */
export const nodeSeal = (text, key = SECRET_KEY) => {
  const cipher = createCipheriv("aes-128-ecb", Buffer.from(key, "base64"), null);
  return Buffer.concat([cipher.update(text), cipher.final()]).toString("base64url");
};
export const nodeOpen = (content, key = SECRET_KEY) => {
  const decipher = createDecipheriv("aes-128-ecb", Buffer.from(key, "base64"), null);
  return Buffer.concat([decipher.update(Buffer.from(content, "base64url")), decipher.final()]).toString();
};

export const parametersOf = ({ body }) => Object.fromEntries(new URLSearchParams(body));
export const contentOf = (request) => nodeOpen(parametersOf(request).content);
export const found = (issues) => issues.map(({ code, path, rule }) => [code, path, rule ?? ""]);
export const expected = (name, side) =>
  json(`ride/${name}/expected-warnings.json`)[side].map(({ code, path, rule }) => [code, path, rule ?? ""]);

export const form = (text, { token = TOKEN, content = nodeSeal(text) } = {}) =>
  new URLSearchParams({ token, version: "1.0", content }).toString();
export const pushed = (path, text, how) => client.receiveSync({ method: "POST", url: path, headers: {}, body: form(text, how) });
export const thrown = (work) => {
  try {
    work();
  } catch (error) {
    assert.ok(MeituanError.is(error), String(error));
    return error;
  }
  throw new Error("nothing was thrown");
};

export const IDS = { mtOrderId: "143009655634578641215429100000", channelPartnerOrderId: "314253f8-912b-4c7e-9f25-bcd5ae4be8cc" };
export const QUERY = "queryRealTimeOrder";
