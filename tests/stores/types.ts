// The real clients are what the stores accept, and the stores are what handlers accept. Lines marked @ts-expect-error must not compile.

import type { DatabaseSync } from "node:sqlite";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import type { D1Database, DurableObjectStorage } from "@cloudflare/workers-types";
import type { Client } from "@libsql/client";
import type { Database } from "better-sqlite3";
import type { Cluster, Redis } from "ioredis";
import type { RideOrderStore } from "meituan-protocol/ride";
import { d1Store, sqliteSchema } from "meituan-protocol/stores/d1";
import { durableObjectStore } from "meituan-protocol/stores/durable-object";
import { dynamoSchema, dynamoStore } from "meituan-protocol/stores/dynamodb";
import { ioredisStore } from "meituan-protocol/stores/ioredis";
import { libsqlStore } from "meituan-protocol/stores/libsql";
import { mysqlSchema, mysqlStore } from "meituan-protocol/stores/mysql2";
import { pgSchema, pgStore } from "meituan-protocol/stores/pg";
import { redisStore } from "meituan-protocol/stores/redis";
import { sqliteStore } from "meituan-protocol/stores/sqlite";
import type { OrderStore } from "meituan-protocol/ticket";
import mysql from "mysql2/promise";
import pg from "pg";
import { createClient, createCluster } from "redis";

declare const [redis, cluster, sqlite, nodeSqlite, libsql, d1, storage]: [
  Redis,
  Cluster,
  Database,
  DatabaseSync,
  Client,
  D1Database,
  DurableObjectStorage,
];

const pool = new pg.Pool();
const stores = [
  pgStore(pool, { table: "shop.orders" }),
  mysqlStore(mysql.createPool("mysql://127.0.0.1"), { table: undefined }),
  redisStore(createClient(), { prefix: "shop" }),
  redisStore(createCluster({ rootNodes: [] })),
  ioredisStore(redis),
  ioredisStore(cluster),
  sqliteStore(sqlite),
  sqliteStore(nodeSqlite),
  libsqlStore(libsql),
  d1Store(d1),
  durableObjectStore(storage, { alarm: false }),
];
export const tickets: readonly OrderStore<string>[] = stores;
export const rides: readonly RideOrderStore<string>[] = stores;
export const deleted: Promise<number> | undefined = stores[0]?.deleteBefore(new Date(), 5);

const dynamo = new DynamoDB();
export const aws: OrderStore<string> & RideOrderStore<string> = dynamoStore(dynamo, { shards: 2, keepDays: 400 });
export const created = dynamo.createTable(dynamoSchema());
export const statements: string[] = [...pgSchema({ table: "a" }), ...mysqlSchema(), ...sqliteSchema()];

// @ts-expect-error: a connection string is no client
pgStore("postgres://127.0.0.1");
// @ts-expect-error: there is no such option
pgStore(pool, { tabel: "a" });
// @ts-expect-error: the client of the other
redisStore(redis);
// @ts-expect-error: it deletes by itself
dynamoStore(dynamo).deleteBefore(5);
