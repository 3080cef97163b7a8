// What is to be done about orders without Meituan asking: notices, and functions that a crash broke off. Each is saved with the
// time at which it is due, so it is found again, by this process or the next.

/**
 * @param {import("meituan-protocol/ticket").OrderHandler} meituan
 * @param {{ due(now: number): readonly string[] }} store
 * @returns {() => Promise<void>} looks at once; it is done every second anyway
 */
export function settling(meituan, store) {
  /** When an order is looked at again whose notice Meituan did not accept. @type {Map<string, number>} */
  const again = new Map();

  /** @param {string} orderId */
  async function settle(orderId) {
    again.set(orderId, Number.POSITIVE_INFINITY); // by nobody else meanwhile
    const next = await meituan.settle(orderId).catch((error) => {
      console.error(error);
      return Date.now() + 1000;
    });
    if (next === undefined) again.delete(orderId);
    else again.set(orderId, next);
  }

  async function settleDue() {
    const now = Date.now();
    await Promise.all(
      store
        .due(now)
        .filter((orderId) => now >= (again.get(orderId) ?? 0))
        .map(settle),
    );
  }
  const look = () => settleDue().catch(console.error);
  setInterval(look, 1000);
  return look;
}
