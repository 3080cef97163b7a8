// The orders of one partner in a store that several share. Meituan's numbers say whose order it is to nobody: a call of one partner
// may name any number, so each key begins with the partner's.

import { heard, listOf, loadFrom, saveTo } from "../handler/store-answers.js";
import type { OrderStore } from "../orders/store.js";
import { identified, integer } from "../values/arguments.js";
import { invalid, reading, unexpected } from "../values/faults.js";
import { hasFunction, storeOf } from "../values/functions.js";
import { Snapshot, withJson } from "../values/snapshot.js";

/** Partner numbers of Meituan's fit into 31 bits. */
export const MAX_PARTNER_ID = 0x7fffffff;

/** Says of a view whose it is, also in a copy of it, and of another copy of this file. */
const WHOSE = Symbol.for("meituan-protocol.partnerStore");

/** The key of what is one partner's, where there may be several. */
export const keyOf = (partnerId: number | undefined, key: string): string =>
  partnerId === undefined ? key : `${partnerId}:${key}`;

/** Whose order a key names, and which. */
export function namedByKey(key: string): { partnerId: number; orderId: string } {
  const [, partnerId, orderId] = /^([1-9]\d{0,9}):(.+)$/s.exec(identified(key)) ?? [];
  if (orderId !== undefined && Number(partnerId) <= MAX_PARTNER_ID) return { partnerId: Number(partnerId), orderId };
  return unexpected(
    "orderId",
    key,
    'the key of the store, "<partnerId>:<orderId>": the handler serves several partners',
    "store 的键“<partnerId>:<orderId>”：该 handler 服务多个合作方",
  );
}

/**
 * The orders of one partner in a store that a handler with `partners` keeps: for what happens at the supplier, as in
 * `supplier.orders(partnerStore(store, 1122))`. The store itself has them by `"<partnerId>:<orderId>"`. The view of a partner's own view is
 * that view; of another partner's there is none.
 */
export function partnerStore<Revision = any>(
  store: OrderStore<Revision>,
  partnerId: number | string,
): Pick<OrderStore<Revision>, "load" | "save" | "due" | "conflicts"> {
  const keeper: any = storeOf(store);
  const partner = integer(partnerId, "partnerId", 1, MAX_PARTNER_ID);
  const other = reading("store", () => keeper[WHOSE]);
  if (other === partner) return keeper;
  if (other !== undefined) {
    invalid(
      "store",
      `it has the orders of partner ${other} alone, not of ${partner}`,
      `该 store 仅含合作方 ${other} 的订单，不含 ${partner} 的`,
    );
  }
  const whose = keyOf(partner, "");
  const own = async (answer: any, name: string) => {
    const keys = listOf(await heard(answer, name), name);
    return keys.filter((key) => key.startsWith(whose)).map((key) => key.slice(whose.length));
  };
  const keyed = (orderId: string) => keyOf(partner, identified(orderId));
  const load: OrderStore<Revision>["load"] = (orderId) => keeper.load(keyed(orderId));
  const save: OrderStore<Revision>["save"] = (orderId, ...how) => keeper.save(keyed(orderId), ...how);
  const view: Pick<OrderStore<Revision>, "load" | "save" | "due" | "conflicts"> = {
    load: withJson(load, (orderId) => loadFrom(keeper, keyed(orderId))),
    save: withJson(save, (orderId, json, revision, about) =>
      saveTo(keeper, keyed(orderId), Snapshot.ofJson(json), revision, about),
    ),
    // No claimDue: it would claim orders of others, and nobody would do what is due about them.
    ...(hasFunction(keeper, "due") && { due: (now: number) => own(keeper.due(now), "due") }),
    ...(hasFunction(keeper, "conflicts") && { conflicts: () => own(keeper.conflicts(), "conflicts") }),
  };
  return Object.assign(view, { [WHOSE]: partner });
}
