// The first call through a Fetch handler, if there is one.

/** @param {(request: Request) => Response | Promise<Response>} handle */
export const answering =
  (handle) =>
  async (/** @type {any} */ { url, ...how }) => {
    const response = await handle(new Request(`https://supplier.example.com${url}`, how));
    return { body: await response.text() };
  };

/** The smallest store that there is. */
export function smallStore() {
  /** @type {Map<string, { snapshot: any, revision: number }>} */
  const orders = new Map();
  return {
    load: (/** @type {string} */ orderId) => orders.get(orderId) ?? null,
    save(/** @type {string} */ orderId, /** @type {any} */ snapshot, /** @type {number | null} */ expectedRevision) {
      const revision = orders.get(orderId)?.revision ?? null;
      if (revision !== expectedRevision) return false;
      orders.set(orderId, { snapshot, revision: (revision ?? 0) + 1 });
      return true;
    },
  };
}

/** A call of the library's, or its body as it is read by hand. */
export const functions = {
  orderCreate: (/** @type {any} */ call) => ({ partnerOrderId: `P${(call.body ?? call).orderId}` }),
  orderPay: () => ({ voucherType: 0 }),
  orderRefund: () => undefined,
};
