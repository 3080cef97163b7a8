// What every runtime must come to. Nothing here is computed with the library: signatures and ciphers are Node's own.

import { createCipheriv, createHash, createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const VECTORS = new URL("../vectors/", import.meta.url);

const read = (path) => readFileSync(new URL(path, VECTORS), "utf8");
const json = (path) => JSON.parse(read(path));
const folders = (path) =>
  readdirSync(new URL(path, VECTORS), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

const NOW = Date.UTC(2015, 4, 6, 10, 34, 20);
const DATE = new Date(NOW).toUTCString();
const SUPPLIER = { partnerId: 1122, clientId: "vector-client", clientSecret: "123456ce8b61f8e608eaf2e9702864a9" };
const CREATE_PATH = "/mt/order/create";

const RIDE_NOW = 1629857463000;
const ENTERPRISE = { entId: 617, accessKey: "CESHI-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==" };
const PUSHES = { orderChanged: "/meituan/event", refunded: "/meituan/refund" };

/** A plain JSON value: it is written into each project, where the smoke reads it. */
export function expected() {
  return {
    ba: folders("ba").map(ba),
    envelopes: folders("envelope")
      .map((name) => ({ name, ...json(`envelope/${name}/input.json`) }))
      .concat(json("envelope/random.json").map((each, index) => ({ name: `random ${index}`, ...each })))
      .map(({ name, key, plain }) => ({ name, key, plain, sealed: seal(plain, key) })),
    sorted: folders("sorted-sign").map(sorted),
    rides: { now: RIDE_NOW, ...ENTERPRISE, requests: rideRequests(), pushes: pushes() },
    ticket: { now: NOW, ...SUPPLIER, routes: { [CREATE_PATH]: "orderCreate" }, ...ticketCall() },
  };
}

const hmac = (secret, text) => createHmac("sha1", secret).update(text).digest("base64");
const authorization = (clientId, secret, method, uri, date) => `MWS ${clientId}:${hmac(secret, `${method} ${uri}\n${date}`)}`;

function seal(plain, key = ENTERPRISE.secretKey) {
  const cipher = createCipheriv("aes-128-ecb", Buffer.from(key, "base64"), null);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64url");
}

function ba(name) {
  const { method, uri, date, clientId, clientSecret } = json(`ba/${name}/input.json`);
  return {
    ...{ name, method, uri, date, clientId, clientSecret },
    stringToSign: `${method} ${uri}\n${date}`,
    authorization: authorization(clientId, clientSecret, method, uri, date),
  };
}

function sorted(name) {
  const { scheme, secret, parameters } = json(`sorted-sign/${name}/input.json`);
  const text = read(`sorted-sign/${name}/signed-text.txt`);
  return {
    ...{ name, secret, scheme: scheme === "signKey" ? "sign_key" : scheme },
    parameters: Object.fromEntries(parameters),
    sign: createHash("sha1").update(text).digest("hex"),
  };
}

/** The vectors' requests as this enterprise sends them now. */
function rideRequests() {
  return folders("ride")
    .filter((name) => !(name in PUSHES) && name !== "capacityOffered")
    .map((name) => {
      const { supplyCode, entId, method, ts, ...message } = json(`ride/${name}/request.json`);
      const plain = JSON.stringify({ supplyCode, entId: ENTERPRISE.entId, method, ts: RIDE_NOW / 1000, ...message });
      return { name, message: { supplyCode, ...message }, body: form(plain) };
    });
}

function form(plain) {
  return new URLSearchParams({ token: ENTERPRISE.accessKey, version: "1.0", content: seal(plain) }).toString();
}

function pushes() {
  return [
    {
      ...{ name: "orderChanged", url: PUSHES.orderChanged, body: form(read("ride/orderChanged/request.json")) },
      expect: { mtOrderId: "152946668566360890609920000280", eventTime: 1621222859000 },
    },
    {
      ...{ name: "refunded", url: PUSHES.refunded, body: form(read("ride/refunded/request.json")) },
      expect: { sqtRefundNo: String(json("ride/refunded/request.json").sqtRefundNo) },
    },
  ];
}

/** A call with an id that no JavaScript number holds, and the same with a signature for another place. */
function ticketCall() {
  const travellers = '"visitors":[{"name":"张三","mobile":"13500000000","credentials":{"0":"130000000000000000"},"gender":1}]';
  const body = `{"partnerId":1122,"body":{"orderId":8985652356562370001,"partnerDealId":"12113","mtDealId":111111,"buyPrice":1080.00,"unitPrice":1199.5,"totalPrice":2399.00,"quantity":2,${travellers},"travelDate":"2016-11-30"}}`;
  const signed = (signedUri) => {
    const { clientId, clientSecret, partnerId } = SUPPLIER;
    return {
      ...{ method: "POST", url: `https://supplier.example${CREATE_PATH}`, body },
      headers: {
        PartnerId: String(partnerId),
        Date: DATE,
        Authorization: authorization(clientId, clientSecret, "POST", signedUri, DATE),
        "Content-Type": "application/json; charset=utf-8",
      },
    };
  };
  return {
    call: signed(CREATE_PATH),
    forged: signed(`${CREATE_PATH}/forged`),
    read: { orderId: "8985652356562370001", buyPrice: 108000, unitPrice: 119950, totalPrice: 239900, quantity: 2 },
    reply: { partnerOrderId: "P8985652356562370001" },
    answer: { code: 200, describe: "success", partnerId: 1122, body: { partnerOrderId: "P8985652356562370001" } },
  };
}
