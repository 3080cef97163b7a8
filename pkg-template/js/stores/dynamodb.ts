// Orders in DynamoDB.

import { integer } from "../values/arguments.js";
import { unexpected } from "../values/faults.js";
import { clientOf, type DatabaseStore, storeOptions, storeOver } from "./store.js";

export type { DatabaseStore } from "./store.js";

export interface DynamoOptions {
  /** The name of its table; `meituan_orders` by default. Tickets and rides need a table each. */
  table?: string | undefined;
  /**
   * Over how many partitions its indexes are spread, 1 by default, 100 at most. A partition takes 1000 writes a second; each search asks every
   * one. A table keeps the number that it began with.
   */
  shards?: number | undefined;
  /**
   * How many days an order is kept after its last save, once nothing is due and no conflict is open; for ever by default. Turn on the table's
   * time to live for the attribute `expires`.
   */
  keepDays?: number | undefined;
}

/** A `DynamoDB` of `@aws-sdk/client-dynamodb`, or what has the same functions. */
export interface DynamoClient {
  // Inputs and outputs of AWS have types of their own
  getItem(input: any): Promise<any>;
  // Likewise
  updateItem(input: any): Promise<any>;
  // Likewise
  query(input: any): Promise<any>;
}

type Item = Record<string, { S?: string; N?: string }>;

const DUE_INDEX = "due";
const CONFLICTS_INDEX = "conflicts";
const MAX_SHARDS = 100;
const DAY = 86_400_000;

const text = (value: string) => ({ S: value });
const number = (value: number | string) => ({ N: String(value) });

function settings(options: unknown) {
  const { table = "meituan_orders", shards = 1, keepDays } = storeOptions(options, ["table", "shards", "keepDays"]);
  if (typeof table !== "string") return unexpected("table", table, "the name of a table", "表名");
  if (!/^[A-Za-z0-9_.-]{3,255}$/.test(table)) {
    unexpected("table", table, "3 to 255 letters, digits, _, - and .", " 3 到 255 个字母、数字、下划线、连字符和点");
  }
  const kept = keepDays === undefined ? undefined : integer(keepDays, "keepDays", 1, 100_000);
  return { table, shards: integer(shards, "shards", 1, MAX_SHARDS), kept };
}

/** The partition of the indexes that an order is in. */
const shardOf = (id: string, shards: number): string => {
  let sum = 0;
  for (let at = 0; at < id.length; at++) sum = (sum * 31 + id.charCodeAt(at)) % 65_521;
  return String(sum % shards);
};

const isRefused = (error: unknown) => (error as { name?: unknown } | null)?.name === "ConditionalCheckFailedException";

/**
 * A store in DynamoDB, for any number of processes. Each save is one conditional write, and each load a consistent read.
 *
 * ```js
 * const client = new DynamoDB({ region: "cn-north-1" });
 * const store = dynamoStore(client);
 * ```
 *
 * An item is bounded by 400 KB, which is some 1000 tickets of one order. The indexes follow within a second or so: an order that
 * was just saved may be found due, or in conflict, a little later. The store needs the permissions `dynamodb:GetItem` and
 * `UpdateItem` on the table, and `Query` on its indexes.
 */
export function dynamoStore(client: DynamoClient, options?: DynamoOptions): DatabaseStore {
  clientOf(client, ["getItem", "updateItem", "query"]);
  const { table, shards, kept } = settings(options);
  const TableName = table;
  const keyOf = (id: string) => ({ orderId: text(id) });

  /** Whether the condition held. */
  const update = async (input: object): Promise<boolean> => {
    try {
      await client.updateItem({ TableName, ...input });
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw error;
    }
  };

  /** The items of an index, shard by shard and page by page. */
  async function* found(index: string, condition: string, names: object, values: Item): AsyncGenerator<Item> {
    for (let shard = 0; shard < shards; shard++) {
      let from: unknown;
      do {
        const { Items = [], LastEvaluatedKey } = await client.query({
          TableName,
          IndexName: index,
          KeyConditionExpression: condition,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ...values, ":shard": text(String(shard)) },
          ...(from !== undefined && { ExclusiveStartKey: from }),
        });
        yield* Items;
        from = LastEvaluatedKey;
      } while (from !== undefined);
    }
  }
  const idOf = (item: Item): string => item.orderId?.S ?? "";
  const dueBy = (now: number) =>
    found(DUE_INDEX, "#shard = :shard AND #due <= :now", { "#shard": "dueShard", "#due": "due" }, { ":now": number(now) });
  const all = async (items: AsyncIterable<Item>): Promise<string[]> => {
    const ids: string[] = [];
    for await (const item of items) ids.push(idOf(item));
    return ids;
  };

  return storeOver({
    async load(id) {
      const { Item: item } = await client.getItem({
        TableName,
        Key: keyOf(id),
        ConsistentRead: true,
        ProjectionExpression: "#snapshot, revision",
        ExpressionAttributeNames: { "#snapshot": "snapshot" },
      });
      return item && { snapshot: item.snapshot.S, revision: item.revision.N };
    },
    save({ key: id, snapshot, expected, due, conflicts, savedAt }) {
      const shard = text(shardOf(id, shards));
      const expires = kept === undefined || due !== null || conflicts > 0 ? undefined : Math.ceil((savedAt + kept * DAY) / 1000);
      // Those without a value are removed, and the order leaves the index.
      const attributes = [
        ["snapshot", text(snapshot)],
        ["revision", number(expected === null ? 1 : `${BigInt(expected) + 1n}`)],
        ["due", due === null ? undefined : number(due)],
        ["dueShard", due === null ? undefined : shard],
        ["conflictShard", conflicts === 0 ? undefined : shard],
        ["claimedUntil", undefined],
        ["expires", expires === undefined ? undefined : number(expires)],
      ] as const;
      const set = attributes.filter(([, value]) => value !== undefined).map(([name]) => `#${name} = :${name}`);
      const removed = attributes.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
      return update({
        Key: keyOf(id),
        UpdateExpression: `SET ${set.join(", ")} REMOVE ${removed.join(", ")}`,
        ConditionExpression: expected === null ? "attribute_not_exists(orderId)" : "#revision = :expected",
        ExpressionAttributeNames: Object.fromEntries(attributes.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(attributes.flatMap(([name, value]) => (value === undefined ? [] : [[`:${name}`, value]]))),
          ...(expected !== null && { ":expected": number(expected) }),
        },
      });
    },
    due: (now) => all(dueBy(now)),
    async claimDue(now, limit, until) {
      const claimed: string[] = [];
      for await (const item of dueBy(now)) {
        if (Number(item.claimedUntil?.N ?? 0) > now) continue;
        const isMine = await update({
          Key: keyOf(idOf(item)),
          UpdateExpression: "SET claimedUntil = :until",
          ConditionExpression: "#due <= :now AND (attribute_not_exists(claimedUntil) OR claimedUntil <= :now)",
          ExpressionAttributeNames: { "#due": "due" },
          ExpressionAttributeValues: { ":until": number(until), ":now": number(now) },
        });
        if (isMine && claimed.push(idOf(item)) >= limit) break;
      }
      return claimed;
    },
    conflicts: () => all(found(CONFLICTS_INDEX, "#shard = :shard", { "#shard": "conflictShard" }, {})),
  });
}

/** The parameters that create its table: `await client.createTable(dynamoSchema())`. By default the table is paid for by request. */
export function dynamoSchema(options?: DynamoOptions) {
  const { table } = settings(options);
  const keys = (hash: string, range?: string) => [
    { AttributeName: hash, KeyType: "HASH" as const },
    ...(range === undefined ? [] : [{ AttributeName: range, KeyType: "RANGE" as const }]),
  ];
  const attribute = (AttributeName: string, AttributeType: "S" | "N") => ({ AttributeName, AttributeType });
  return {
    TableName: table,
    BillingMode: "PAY_PER_REQUEST" as const,
    AttributeDefinitions: [
      attribute("orderId", "S"),
      attribute("dueShard", "S"),
      attribute("due", "N"),
      attribute("conflictShard", "S"),
    ],
    KeySchema: keys("orderId"),
    GlobalSecondaryIndexes: [
      {
        IndexName: DUE_INDEX,
        KeySchema: keys("dueShard", "due"),
        Projection: { ProjectionType: "INCLUDE" as const, NonKeyAttributes: ["claimedUntil"] },
      },
      { IndexName: CONFLICTS_INDEX, KeySchema: keys("conflictShard"), Projection: { ProjectionType: "KEYS_ONLY" as const } },
    ],
  };
}
