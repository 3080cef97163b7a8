// What the parent and the suppliers' processes must know alike.

export const KEYS = { partnerId: 1122, clientId: "kills-client", clientSecret: "not a real secret" };
export const CALLS = ["orderCreate", "orderPay", "orderQuery", "orderRefund", "orderClose", "orderRefunded", "orderReschedule"];
export const ROUTES = Object.fromEntries(CALLS.map((call) => [`/meituan/${call}`, call]));

/** So many times faster than the wall clock is the clock of all: leases run out in seconds. */
export const FACTOR = 10;
/** By so much the clocks of two processes differ at most, by the fast clock. */
export const SKEW = 20_000;
/** How long a send may take, by the wall clock: time limits are by that one, claims by the fast one. */
export const SEND_LIMIT = 1_500;
/** How long a claim lasts beyond the limit, by the fast clock, as docs/reliability.md says. */
export const SEND_GRACE = 60_000;
/** How long a call of Meituan's waits for a function, by the wall clock. */
export const DEADLINE = 1_200;
export const ORDERS = { lease: 40_000, createLease: 20_000, sendLimit: SEND_LIMIT, issuingDeadline: 7_200_000 };

/** A clock that begins at a Monday, 10:00 in China. @param {{ started: number, ahead: number }} clock */
export const timeBy = ({ started, ahead }) => 1_772_416_800_000 + (Date.now() - started) * FACTOR + ahead;
