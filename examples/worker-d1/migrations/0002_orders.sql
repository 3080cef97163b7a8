CREATE TABLE IF NOT EXISTS "meituan_orders" (order_id TEXT NOT NULL PRIMARY KEY, snapshot TEXT NOT NULL, revision INTEGER NOT NULL, due INTEGER, conflicts integer NOT NULL, claimed_until INTEGER NOT NULL, created_at INTEGER NOT NULL, saved_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS "meituan_orders_due" ON "meituan_orders" (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS "meituan_orders_conflicts" ON "meituan_orders" (conflicts) WHERE conflicts > 0;
CREATE INDEX IF NOT EXISTS "meituan_orders_created" ON "meituan_orders" (created_at);
