// The same checks in every runtime. The package's modules are handed in, however that runtime loads them; what they must
// come to was computed by Node's own crypto. Nothing here needs more than the language and Fetch.

/**
 * @param {{ root: any, ticket: any, ride: any, testing: any }} library
 * @param {any} expected
 * @returns {Promise<{ passed: number, failures: string[] }>}
 */
export async function smoke({ root, ticket, ride, testing }, expected) {
  let passed = 0;
  /** @type {string[]} */
  const failures = [];
  /** @param {string} name @param {() => unknown} check */
  const check = async (name, check) => {
    try {
      await check();
      passed += 1;
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  };

  for (const { name, method, uri, date, clientId, clientSecret, stringToSign, authorization } of expected.ba) {
    await check(`BA signature ${name}`, () => {
      same(ticket.stringToSign(method, uri, date), stringToSign);
      if (method !== "POST") return;
      const supplier = new ticket.TicketSupplier({ partnerId: 1122, clientId, clientSecret });
      const message = { orderId: "1", partnerOrderId: "P1", quantity: 2, usedQuantity: 1, refundedQuantity: 0 };
      const request = supplier.requests.consumeNotice(message, { uri, now: Date.parse(date) });
      same(request.stringToSign, stringToSign);
      same(request.headers.Authorization, authorization);
    });
  }

  for (const { name, key, plain, sealed } of expected.envelopes) {
    await check(`envelope ${name}`, () => {
      same(ride.sealEnvelope(key, plain), sealed);
      same(ride.openEnvelope(key, sealed), plain);
    });
  }

  for (const { name, secret, scheme, parameters, sign } of expected.sorted) {
    await check(`sorted signature ${name}`, () => same(ride.signSorted(secret, parameters, { scheme }), sign));
  }

  await checkRides(check, ride, expected.rides);
  await checkTicketCalls(check, ticket, expected.ticket);

  await check("all entries are one library", () => {
    same(root.TicketSupplier === ticket.TicketSupplier, true);
    same(root.RideClient === ride.RideClient, true);
    same(root.checkMessage("ride.refunded.response", '{"code":0,"message":"成功"}').ok, true);
  });

  await check("Meituan's side takes the notice that the library signed", () => {
    const { partnerId, clientId, clientSecret, routes, now } = expected.ticket;
    const meituan = new testing.MeituanTicket({ partnerId, clientId, clientSecret, routes });
    const supplier = new ticket.TicketSupplier({ partnerId, clientId, clientSecret });
    const message = { orderId: "8985652356562370001", partnerOrderId: "P1", quantity: 2, usedQuantity: 1, refundedQuantity: 0 };
    const { method, url, headers, body } = supplier.requests.consumeNotice(message, { now });
    same(meituan.receiveNotice({ method, url, headers, body }, { now }).verdict, "passed");
  });

  return { passed, failures };
}

/** @param {any} check @param {any} ride @param {any} expected */
async function checkRides(check, ride, { now, entId, accessKey, secretKey, requests, pushes }) {
  const routes = Object.fromEntries(pushes.map((/** @type {any} */ { name, url }) => [url, name]));
  const client = new ride.RideClient({ entId, accessKey, secretKey, routes, toleranceSeconds: null, now: () => now });

  for (const { name, message, body } of requests) {
    await check(`ride request ${name}`, async () => {
      const request = client.requests[name](message);
      same(request.body, body);
      same(await request.toRequest().text(), body);
    });
  }
  for (const { name, url, body, expect } of pushes) {
    await check(`push ${name}`, async () => {
      const push = client.receiveSync({ method: "POST", url, headers: {}, body });
      same(push.type, name);
      includes(push.body, expect);
      same(push.ok().body, '{"code":0,"message":"成功"}');
      const again = await client.receive(new Request(`https://enterprise.example${url}`, { method: "POST", body }));
      same(again.deduplicationKey, push.deduplicationKey);
      same(await again.ok().text(), '{"code":0,"message":"成功"}');
    });
  }
}

/** @param {any} check @param {any} ticket @param {any} expected */
async function checkTicketCalls(
  check,
  ticket,
  { now, partnerId, clientId, clientSecret, routes, call, forged, read, reply, answer },
) {
  const supplier = new ticket.TicketSupplier({ partnerId, clientId, clientSecret, routes, now: () => now });

  await check("signed ticket call, by receiveSync", () => {
    const received = supplier.receiveSync(call);
    same(received.type, "orderCreate");
    includes(received.body, read);
    sameJson(received.ok(reply).body, answer);
  });
  await check("order of a ticket call", () => {
    const { body } = supplier.receiveSync(call);
    const { kind, run, next } = ticket.transition(null, { orderCreate: body }, { now });
    same(kind, "moved");
    same(run.key, `orderCreate:${body.orderId}`);
    same(ticket.transition(next, { orderCreate: body }, { now }).kind, "duplicate");
  });
  await check("signed ticket call, by Fetch", async () => {
    const received = await supplier.receive(fetched(call));
    includes(received.body, read);
    const response = received.ok(reply);
    same(response.status, 200);
    same(response.headers.get("content-type"), "application/json; charset=utf-8");
    sameJson(await response.text(), answer);
  });
  await check("signed ticket call, by a handler", async () => {
    const respond = supplier.handler({ orderCreate: () => reply });
    sameJson(await (await respond(fetched(call))).text(), answer);
  });
  await check("function that overflows the stack, and calls the library there", async () => {
    const url = new URL(call.url).pathname;
    let isFirst = true;
    const respond = supplier.handler({
      onError() {},
      orderCreate() {
        if (!isFirst) return reply;
        isFirst = false;
        return overflow(() => supplier.receiveSync({ ...call, url }).ok(reply));
      },
    });
    same((await respond(fetched(call))).status, 503);
    sameJson(await (await respond(fetched(call))).text(), answer);
    sameJson(supplier.receiveSync(call).ok(reply).body, answer);
    same(ticket.transition(null, { orderPay: { orderId: "1" } }, { now }).kind, "illegal");
  });
  await check("ticket call with a signature for another place", () => {
    try {
      supplier.receiveSync(forged);
    } catch (error) {
      if (!ticket.MeituanError.is(error)) throw error;
      same(/** @type {any} */ (error).code, "BAD_SIGNATURE");
      const { code, partnerId: told } = JSON.parse(/** @type {any} */ (error).toReply().body);
      same(code === 200, false);
      same(told, partnerId);
      return;
    }
    throw new Error("it was taken");
  });
}

/**
 * Calls itself without end, and does the work in the last frames that there is room for.
 * @param {() => unknown} work
 */
function overflow(work) {
  let rest = 100;
  const deeper = () => {
    try {
      deeper();
    } catch (error) {
      if (rest > 0) {
        rest -= 1;
        try {
          work();
        } catch {
          // It is the next call that counts.
        }
      }
      throw error;
    }
  };
  deeper();
}

/** @param {{ url: string, method: string, headers: Record<string, string>, body: string }} call */
function fetched({ url, ...init }) {
  const request = new Request(url, init);
  // Browsers let no script send a Date, and take it away. What a server there gets has one.
  if (!request.headers.has("date")) Object.defineProperty(request, "headers", { value: new Headers(init.headers) });
  return request;
}

/** @param {unknown} found @param {unknown} wanted */
function same(found, wanted) {
  if (!Object.is(found, wanted)) throw new Error(`found ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

/** @param {any} found @param {Record<string, unknown>} wanted */
function includes(found, wanted) {
  for (const [name, value] of Object.entries(wanted)) {
    if (!Object.is(found?.[name], value)) {
      throw new Error(`${name}: found ${JSON.stringify(found?.[name])} instead of ${JSON.stringify(value)}`);
    }
  }
}

/** @param {string} text @param {object} wanted */
function sameJson(text, wanted) {
  const sorted = (/** @type {string} */ _key, /** @type {any} */ value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value;
  same(JSON.stringify(JSON.parse(text), sorted), JSON.stringify(wanted, sorted));
}
