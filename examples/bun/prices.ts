import { Database } from "bun:sqlite";
import { type DayPrice, fen } from "meituan-protocol/ticket";

// The days on sale, in SQLite. Call `setPrice` to set prices, and then send Meituan a notice.

const database = new Database(process.env.DATABASE ?? "prices.sqlite");
database.run(`CREATE TABLE IF NOT EXISTS prices (
  product TEXT NOT NULL, day TEXT NOT NULL, market INTEGER NOT NULL, sale INTEGER NOT NULL, settlement INTEGER NOT NULL,
  stock INTEGER NOT NULL, PRIMARY KEY (product, day)
)`);

interface Row {
  product: string;
  day: string;
  market: number;
  sale: number;
  settlement: number;
  stock: number;
}

const between = database.query<Row>("SELECT * FROM prices WHERE product = ? AND day BETWEEN ? AND ? ORDER BY day");
const known = database.query<{ product: string }>("SELECT product FROM prices WHERE product = ? LIMIT 1");
const put = database.query("INSERT OR REPLACE INTO prices VALUES (?, ?, ?, ?, ?, ?)");

export const isOnSale = (product: string) => known.get(product) !== null;

/** The amounts are fen. */
export function setPrice({ product, day, market, sale, settlement, stock }: Row) {
  put.run(product, day, market, sale, settlement, stock);
}

export const pricesOf = (product: string, first: string, last: string): DayPrice[] =>
  between.all(product, first, last).map(({ day, market, sale, settlement, stock }) => ({
    partnerDealId: product,
    date: day,
    stock,
    marketPrice: fen(market),
    mtPrice: fen(sale),
    settlementPrice: fen(settlement),
  }));
