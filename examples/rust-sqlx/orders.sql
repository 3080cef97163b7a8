-- The library's orders. An order's number has 64 bits without a sign: it is a string. So is the snapshot, because jsonb refuses U+0000.

CREATE TABLE IF NOT EXISTS orders (
  order_id      text PRIMARY KEY,
  snapshot      text NOT NULL,
  revision      bigint NOT NULL,
  due           bigint,
  conflicts     bigint NOT NULL,
  claimed_until bigint NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS orders_due ON orders (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS orders_conflicts ON orders (order_id) WHERE conflicts > 0;
