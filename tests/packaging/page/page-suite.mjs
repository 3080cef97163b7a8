// What is done with the package in a virtual page: every value is of the page's realm, and the package may be of another.

const NOW = 1430908460000;
const SUPPLIER = {
  partnerId: 1122,
  clientId: "lvyou_x",
  clientSecret: "123456ce8b61f8e608eaf2e9702864a9",
  routes: { "/q": "orderQuery" },
};
const KEY = "AAECAwQFBgcICQoLDA0ODw==";

/** @param {string} text */
const bytesOf = (text) => Uint8Array.from(globalThis.Buffer.from(text));

/**
 * @param {any} library
 * @param {(found: unknown, expected: unknown) => void} same
 */
export function suite({ checkMessage, MeituanError, newOrderId, openEnvelope, sealEnvelope, signSorted, TicketSupplier }, same) {
  const supplier = new TicketSupplier({ ...SUPPLIER, now: () => new Date(NOW) });
  const order = { partnerId: 1122, body: { orderId: "1453361297221", partnerOrderId: "订单 😀" } };
  const request = supplier.requests.orderQuery(order.body, { url: new URL("https://supplier.example/q"), now: new Date(NOW) });

  const text = request.body;
  const bytes = bytesOf(text);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const bodies = [
    text,
    bytes,
    bytes.buffer,
    globalThis.Buffer.from(text),
    new DataView(bytes.buffer),
    new Uint8Array(shared),
    shared,
  ];
  const headers = [request.headers, Object.entries(request.headers), new Map(Object.entries(request.headers))];
  if (typeof Headers === "function") headers.push(new Headers(request.headers));
  for (const body of bodies) {
    for (const given of headers) {
      const call = supplier.receiveSync({ method: "POST", url: new URL("https://supplier.example/q"), headers: given, body });
      same(call.body.partnerOrderId, order.body.partnerOrderId);
    }
    same(checkMessage("ticket.orderQuery.request", body, { now: new Date(NOW) }).ok, true);
  }

  for (const sealed of [sealEnvelope(KEY, "订单 😀"), bytesOf(sealEnvelope(KEY, "订单 😀"))])
    same(openEnvelope(KEY, sealed), "订单 😀");
  same(typeof newOrderId(new Uint8Array(16)), "string");
  same(typeof newOrderId(), "string");
  const signed = signSorted("s", { b: "2", a: 1 });
  for (const pairs of [new Map(Object.entries({ b: "2", a: 1 })), new URLSearchParams({ b: "2", a: "1" })])
    same(signSorted("s", pairs), signed);

  for (const wrong of [
    () => supplier.receiveSync({}),
    () => new TicketSupplier({}),
    () => supplier.receiveSync(new Date(Number.NaN)),
  ]) {
    let error;
    try {
      wrong();
    } catch (thrown) {
      error = thrown;
    }
    same(MeituanError.is(error), true);
    same(error.path !== "", true);
    same(error.hintZh !== "", true);
  }
}
