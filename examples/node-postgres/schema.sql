-- Our own tables. The library's own is made beside them, by src/migrate.mjs.

CREATE TABLE IF NOT EXISTS products (
  id    text PRIMARY KEY,     -- Meituan's partnerDealId
  price integer NOT NULL,     -- what Meituan pays us for a ticket, in fen
  stock integer NOT NULL CONSTRAINT stock_is_left CHECK (stock >= 0)
);

-- How many tickets an order holds: those that are neither refunded nor void. An order's number has 64 bits without a sign: it is a string.
CREATE TABLE IF NOT EXISTS bookings (
  order_id text PRIMARY KEY,
  product  text NOT NULL REFERENCES products,
  held     integer NOT NULL
);

-- The stock follows, in the same transaction.
CREATE OR REPLACE FUNCTION stock_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE products SET stock = stock - NEW.held + (CASE TG_OP WHEN 'UPDATE' THEN OLD.held ELSE 0 END) WHERE id = NEW.product;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER stock_follows AFTER INSERT OR UPDATE OF held ON bookings FOR EACH ROW EXECUTE FUNCTION stock_follows();

-- Tickets that are for sale again, each once.
CREATE TABLE IF NOT EXISTS released (
  order_id text NOT NULL,
  ticket   text NOT NULL,     -- its code
  PRIMARY KEY (order_id, ticket)
);
CREATE OR REPLACE FUNCTION booking_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE bookings SET held = greatest(held - 1, 0) WHERE order_id = NEW.order_id;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER booking_follows AFTER INSERT ON released FOR EACH ROW EXECUTE FUNCTION booking_follows();

-- The codes that were issued, once for each idempotency key.
CREATE TABLE IF NOT EXISTS issues (
  key      text PRIMARY KEY,
  order_id text NOT NULL,
  codes    text[] NOT NULL
);
CREATE INDEX IF NOT EXISTS issues_order ON issues (order_id);
