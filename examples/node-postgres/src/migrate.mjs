// Makes the tables. It changes nothing that is there already.

import { readFileSync } from "node:fs";
import { pgSchema } from "meituan-protocol/stores/pg";
import pg from "pg";

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query(readFileSync(new URL("../schema.sql", import.meta.url), "utf8"));
for (const statement of pgSchema()) await client.query(statement);
await client.end();
