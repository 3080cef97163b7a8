CREATE TABLE products (
  id    TEXT PRIMARY KEY,     -- Meituan's partnerDealId
  price INTEGER NOT NULL,     -- what Meituan pays us for a ticket, in fen
  stock INTEGER NOT NULL CONSTRAINT stock_is_left CHECK (stock >= 0)
);

-- How many tickets an order holds: those that are neither refunded nor void. An order's number has 64 bits without a sign: it is a string.
CREATE TABLE bookings (
  order_id TEXT PRIMARY KEY,
  product  TEXT NOT NULL REFERENCES products,
  held     INTEGER NOT NULL
);

-- The stock follows, in the same transaction.
CREATE TRIGGER stock_of_new_bookings AFTER INSERT ON bookings BEGIN
  UPDATE products SET stock = stock - NEW.held WHERE id = NEW.product;
END;
CREATE TRIGGER stock_of_bookings AFTER UPDATE OF held ON bookings BEGIN
  UPDATE products SET stock = stock - NEW.held + OLD.held WHERE id = NEW.product;
END;

-- Tickets that are for sale again, each once.
CREATE TABLE released (
  order_id TEXT NOT NULL,
  ticket   TEXT NOT NULL,     -- its code
  PRIMARY KEY (order_id, ticket)
);
CREATE TRIGGER bookings_of_released AFTER INSERT ON released BEGIN
  UPDATE bookings SET held = max(held - 1, 0) WHERE order_id = NEW.order_id;
END;

-- The codes that were issued, once for each idempotency key, as JSON.
CREATE TABLE issues (
  key      TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  codes    TEXT NOT NULL
);
CREATE INDEX issues_order ON issues (order_id);
