// Faults that are made on purpose in what a supplier writes: the model must notice each.

/** A store around another, as the supplier's process uses it. @param {any} inner @param {Partial<any>} changed */
const around = (inner, changed) => ({
  load: (orderId) => inner.load(orderId),
  save: (...about) => inner.save(...about),
  ...changed,
});

export const BREAKAGES = {
  /** The store ignores the revision: two savers at once are both answered that they have saved. */
  "blind-store": {
    store: (inner) =>
      around(inner, {
        save: (orderId, order, _, about) => inner.save(orderId, order, inner.load(orderId)?.revision ?? null, about),
      }),
  },
  /** It is replied before it is saved. */
  "reply-before-save": {
    store: (inner) =>
      around(inner, {
        save(...about) {
          setTimeout(() => inner.save(...about), 40);
          return true;
        },
      }),
  },
  /** Notices are sent without a claim. */
  "no-claim": {
    store: (inner) =>
      around(inner, {
        save(orderId, order, expected, about) {
          const claimed = (one) => (one?.notices ?? []).filter(({ claimedUntil }) => claimedUntil !== undefined).length;
          return claimed(order) > claimed(inner.load(orderId)?.snapshot) || inner.save(orderId, order, expected, about);
        },
      }),
  },
  /** The upstream gets another key on each run. */
  "key-of-each-run": { key: (key) => `${key}~${crypto.randomUUID()}` },
  /** Whatever a function throws is taken for a refusal. */
  "unknown-is-refusal": { refuses: true },
  /** Nobody finds what is due. */
  "due-forgotten": {
    store: (inner) => around(inner, { save: (id, order, expected) => inner.save(id, order, expected, { due: undefined }) }),
  },
};
