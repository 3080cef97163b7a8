// The contract of stores: which stores keep it, and what is found of those that do not.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryStore, storeContract } from "meituan-protocol/testing";

const tick = () => new Promise((resolve) => setTimeout(resolve, 2));

/** The store in memory, with some of its functions replaced. */
const changed = (change) => {
  const inner = new MemoryStore();
  return {
    load: (id) => inner.load(id),
    save: (...all) => inner.save(...all),
    due: (now) => inner.due(now),
    conflicts: () => inner.conflicts(),
    ...change(inner),
  };
};

/** What a contract finds, check by check. */
async function foundIn(store, options) {
  const error = await storeContract(store, options).then(
    () => assert.fail("it keeps the contract"),
    (error) => error,
  );
  const [head, ...lines] = error.message.split("\n");
  assert.equal(head, "the store breaks its contract:");
  return lines;
}

describe("the contract of stores", () => {
  it("is kept by the store in memory", async () => {
    const results = await storeContract(new MemoryStore());
    assert.ok(results.length >= 16 && results.every(({ passed }) => passed));
  });

  it("is kept by one that answers later, and by two connections to it", async () => {
    const later = (inner) => ({
      load: (id) => tick().then(() => inner.load(id)),
      save: (...all) => tick().then(() => inner.save(...all)),
      due: (now) => tick().then(() => inner.due(now)),
    });
    const inner = new MemoryStore();
    await storeContract(later(inner), { other: later(inner) });
  });

  it("is broken by a claim that two processes are given, or that a save does not end", async () => {
    const all = (inner) => ({ claimDue: (now) => inner.due(now) });
    assert.match(
      (await foundIn(changed(all)))[0],
      /^ {2}claimDue returns .*: four claims at once: order \d+ was given to several$/,
    );
    const claimed = new Map();
    const forGood = (inner) => ({
      claimDue(now, _limit, leaseMs) {
        const found = inner.due(now).filter((id) => !(claimed.get(id) > now));
        for (const id of found) claimed.set(id, now + leaseMs);
        return found;
      },
    });
    assert.match((await foundIn(changed(forGood)))[0], /claimDue\(after a save within the lease\): order \d+ is not listed$/);
  });

  it("demands due, claimDue and conflicts only of stores that have them", async () => {
    const inner = new MemoryStore();
    const all = await storeContract(new MemoryStore());
    const least = await storeContract({ load: (id) => inner.load(id), save: (...all) => inner.save(...all) });
    assert.deepEqual(
      all.filter(({ name }) => !least.some((one) => one.name === name)).map(({ name }) => name.split(" ")[0]),
      ["due", "due", "claimDue", "conflicts"],
    );
  });

  const parsedBy = (read) => (inner) => ({
    load(id) {
      const found = inner.load(id);
      return found && { ...found, snapshot: read(found.snapshot) };
    },
  });

  /** The value, with each of its parts as `change` has it. */
  const throughout = (value, change) => {
    const part = change(value);
    if (Array.isArray(part)) return part.map((item) => throughout(item, change));
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, throughout(item, change)]));
  };
  const partsBy = (change) => parsedBy((snapshot) => throughout(snapshot, change));
  const isObject = (part) => part !== null && typeof part === "object" && !Array.isArray(part);
  const fieldsBy = (change) =>
    partsBy((part) => (isObject(part) ? Object.fromEntries(Object.entries(part).flatMap((entry) => change(...entry))) : part));
  const named = (change) => fieldsBy((name, value) => [[change(name), value]]);

  /** What people get wrong: how, and what is found. */
  const broken = {
    "keeps whole seconds": [
      partsBy((part) => (typeof part === "number" && part > 1e12 ? Math.floor(part / 1000) * 1000 : part)),
      /units\[0\]\.since: expected 1430908460457, found 1430908460000/,
    ],
    "leaves out what is null": [
      fieldsBy((name, value) => (value === null ? [] : [[name, value]])),
      /nothing: expected null, found undefined/,
    ],
    "takes an empty object for an empty list": [
      partsBy((part) => (isObject(part) && Object.keys(part).length === 0 ? [] : part)),
      /empty: expected \{\}, found \[\]/,
    ],
    "takes an empty list for an empty object": [
      partsBy((part) => (Array.isArray(part) && part.length === 0 ? {} : part)),
      /: expected \[\], found \{\}/,
    ],
    "keeps dots in names for itself": [named((name) => name.replaceAll(".", "_")), /a\.b: expected 1, found undefined/],
    "keeps dollars in names for itself": [named((name) => name.replace("$", "")), /\$c: expected 2, found undefined/],
    "keeps lists as sets": [
      partsBy((part) => (Array.isArray(part) && typeof part[0] === "string" ? [...new Set(part)] : part)),
      /vouchers\[2\]: expected "x", found undefined/,
    ],
    "sorts lists": [
      partsBy((part) => (Array.isArray(part) && typeof part[0] === "string" ? [...part].sort() : part)),
      /vouchers\[0\]: expected "x", found "b"/,
    ],
    "forgets the revision": [
      (inner) => ({ save: (id, snapshot, _, about) => inner.save(id, snapshot, inner.load(id)?.revision ?? null, about) }),
      /a revision is good for one save: expected false, found true/,
    ],
    "reads, waits, then writes": [
      (inner) => ({
        async save(id, snapshot, expected, about) {
          if ((inner.load(id)?.revision ?? null) !== expected) return false;
          await tick();
          return inner.save(id, snapshot, inner.load(id)?.revision ?? null, about);
        },
      }),
      /save with the same revision at once, one wins: 20 of 20 have won/,
    ],
    "loses a compare-and-swap now and then": [
      (inner) => {
        let saves = 0;
        return {
          save(id, snapshot, expected, about) {
            const saved = inner.save(id, snapshot, expected, about);
            return saved || (expected !== null && ++saves % 60 === 0);
          },
        };
      },
      /2 of 20 have won|the sum: expected 30, found/,
    ],
    "inserts over what is there": [
      (inner) => ({
        save: (id, snapshot, expected, about) =>
          inner.save(id, snapshot, expected === null ? (inner.load(id)?.revision ?? null) : expected, about),
      }),
      /a new order is saved once.*: expected false, found true/,
    ],
    "creates what is to be changed": [
      (inner) => ({
        save: (id, snapshot, expected, about) => inner.save(id, snapshot, inner.load(id) === null ? null : expected, about),
      }),
      /a save with a revision for an order that is not there is false: expected false, found true/,
    ],
    "loses digits": [
      parsedBy((snapshot) => ({ ...snapshot, orderId: String(Number(snapshot.orderId)) })),
      /to the last character: orderId: expected "9\d{17}", found "9\d{17}"$/m,
    ],
    "cuts long strings": [
      parsedBy((snapshot) => ({
        ...snapshot,
        units: snapshot.units.map((unit) => ({ ...unit, voucher: unit.voucher.slice(0, 4000) })),
      })),
      /: units\[0\]\.voucher: expected "a{59}… \(5002 characters\), found "a{59}… \(4002 characters\)$/m,
    ],
    "drops U+0000, as jsonb would have to": [
      parsedBy((snapshot) => JSON.parse(JSON.stringify(snapshot).replaceAll("\\u0000", ""))),
      /U\+0000 .*jsonb\): partnerOrderId: expected "P\\u0000 1", found "P 1"/,
    ],
    "refuses U+0000, as jsonb does": [
      (inner) => ({
        save(id, snapshot, ...more) {
          if (JSON.stringify(snapshot).includes("\\u0000")) throw new Error("unsupported Unicode escape sequence");
          return inner.save(id, snapshot, ...more);
        },
      }),
      /U\+0000 .*: unsupported Unicode escape sequence/,
    ],
    "keeps the object": [
      () => {
        const orders = new Map();
        return {
          load: (id) => orders.get(id) ?? null,
          save(id, snapshot, expected) {
            if ((orders.get(id)?.revision ?? null) !== expected) return false;
            orders.set(id, { snapshot, revision: (expected ?? 0) + 1 });
            return true;
          },
        };
      },
      /does not reach the store: entries\[3\]: expected undefined, found "changed"/,
    ],
    "returns undefined for an order that is not there": [
      (inner) => ({ load: (id) => inner.load(id) ?? undefined }),
      /an order that was never saved is null: expected null, found undefined/,
    ],
    "reads from a cache": [
      (inner) => {
        const cache = new Map();
        return {
          load(id) {
            if (!cache.has(id)) cache.set(id, structuredClone(inner.load(id)));
            const found = cache.get(id);
            setTimeout(() => cache.delete(id), 2);
            return structuredClone(found);
          },
        };
      },
      /a load after a save sees it.*: load, read after save 1: quantity: expected 1, found undefined/,
    ],
    "names nothing that is due": [() => ({ due: () => [] }), /due returns .*due\(0 ms after the first\): order 9\d+ is not listed/],
    "names everything as due": [
      (inner) => ({ due: () => inner.due(Number.POSITIVE_INFINITY) }),
      /due returns .*due\(-1 ms after the first\): order 9\d+ is listed/,
    ],
    "loses the milliseconds of due": [
      (inner) => ({
        save: (id, snapshot, expected, { due, ...about }) =>
          inner.save(id, snapshot, expected, { ...about, due: due === undefined ? due : Math.floor(due / 1000) * 1000 }),
      }),
      /due returns .*due\(-1 ms after the first\): order 9\d+ is listed/,
    ],
    "keeps an old due": [
      (inner) => {
        const first = new Map();
        return {
          save(id, snapshot, expected, about) {
            if (!first.has(id)) first.set(id, about.due);
            return inner.save(id, snapshot, expected, { ...about, due: first.get(id) });
          },
        };
      },
      /due goes by the last save.*: saved with due 1 ms later: order 9\d+ is listed/,
    ],
    "takes a due of 0 for none": [
      (inner) => ({
        save: (id, snapshot, expected, about) => inner.save(id, snapshot, expected, { ...about, due: about.due || undefined }),
      }),
      /due goes by the last save.*: saved with due 0: order 9\d+ is not listed/,
    ],
    "moves due by a save that was false": [
      (inner) => {
        const due = new Map();
        return {
          save(id, snapshot, expected, about) {
            due.set(id, about.due);
            return inner.save(id, snapshot, expected, about);
          },
          due: (now) => [...due].filter(([, at]) => at <= now).map(([id]) => id),
        };
      },
      /due goes by the last save.*: after a save that was false: order 9\d+ is listed/,
    ],
    "remembers conflicts that were resolved": [
      (inner) => {
        const known = new Set();
        return {
          save(id, snapshot, expected, about) {
            if (about.conflicts > 0) known.add(id);
            return inner.save(id, snapshot, expected, about);
          },
          conflicts: () => [...known],
        };
      },
      /conflicts returns .*saved with 0 conflicts: order 9\d+ is listed/,
    ],
  };
  for (const [name, [change, found]] of Object.entries(broken)) {
    it(`is broken by one that ${name}, and the message shows what is different`, async () => {
      const lines = await foundIn(changed(change));
      assert.match(lines.join("\n"), found);
      for (const line of lines) assert.ok(line.length < 400, line);
    });
  }

  const text = (inner) => ({
    load: (id) => {
      const found = inner.load(id);
      return found && { ...found, snapshot: JSON.stringify(found.snapshot) };
    },
  });
  it("ends at once where a column of text is not parsed, or load or save says what no store may say", async () => {
    for (const [change, found] of [
      [text, /: INVALID_CONFIG.*store\.load.*not as a string$/],
      [() => ({ load: () => ({}) }), /never saved is null: INVALID_CONFIG.*store\.load/],
      [(inner) => ({ save: (...all) => void inner.save(...all) }), /: INVALID_CONFIG.*store\.save.*expected true or false/],
      [() => ({ save: () => ({ rowCount: 1 }) }), /: INVALID_CONFIG.*store\.save/],
    ]) {
      const lines = await foundIn(changed(change));
      assert.equal(lines.length, 1);
      assert.match(lines[0], found);
    }
  });

  for (const name of ["load", "save", "due", "claimDue", "conflicts"]) {
    it(`ends where ${name} hangs, and names it`, async () => {
      const lines = await foundIn(
        changed(() => ({ [name]: () => new Promise(() => {}) })),
        { deadlineMs: 20 },
      );
      assert.match(lines.at(-1), new RegExp(`TIMED_OUT.*store\\.${name}\\)$`));
    });
  }

  it("takes revisions of any kind", async () => {
    for (const [there, back] of [
      [BigInt, Number],
      [(revision) => ({ at: BigInt(revision) }), ({ at }) => Number(at)],
      [(revision) => `v${revision}`, (revision) => Number(revision.slice(1))],
    ]) {
      const revised = (inner) => ({
        load: (id) => {
          const found = inner.load(id);
          return found && { ...found, revision: there(found.revision) };
        },
        save: (id, snapshot, expected, about) => inner.save(id, snapshot, expected === null ? null : back(expected), about),
      });
      await storeContract(changed(revised));
    }
  });

  const refusing = (isTooMuch) => (inner) => ({
    save(id, snapshot, ...more) {
      if (isTooMuch(id, snapshot)) throw new Error("data too long for column");
      return inner.save(id, snapshot, ...more);
    },
  });
  const rewritten = (write) => parsedBy((snapshot) => JSON.parse(JSON.stringify(snapshot, (_, part) => write(part))));
  for (const [what, keeps, change, found] of [
    ["holds 64 KiB", "tickets", refusing((_, snapshot) => JSON.stringify(snapshot).length > 65_535), /1000 tickets.*too long/],
    ["has a column of numbers for keys", "rides", refusing((id) => !/^\d{1,19}$/.test(id)), /keys are strings.*too long/],
    [
      "does not tell keys by their case",
      "rides",
      (inner) => ({ load: (id) => inner.load(id.toLowerCase()), save: (id, ...all) => inner.save(id.toLowerCase(), ...all) }),
      /keys are strings.*the first save of A\d+: expected true, found false/,
    ],
    [
      "cuts keys after 43 characters",
      "rides",
      (inner) => ({
        load: (id) => inner.load(id.slice(0, 43)),
        save: (id, ...all) => inner.save(id.slice(0, 43), ...all),
      }),
      /keys are strings.*the first save of \S+-return: expected true, found false/,
    ],
    [
      "trims what it keeps",
      undefined,
      rewritten((part) => (typeof part === "string" ? part.trimEnd() : part)),
      /blanks at the end.*: partnerOrderId: expected "P 1 {2}", found "P 1"/,
    ],
    [
      "normalises what it keeps",
      undefined,
      rewritten((part) => (typeof part === "string" ? part.normalize() : part)),
      /characters that can be written in two ways.*: entries\[1\]/,
    ],
  ]) {
    it(`is broken by one that ${what}${keeps === undefined ? "" : `, if it keeps ${keeps}`}`, async () => {
      assert.match((await foundIn(changed(change), { keeps })).join("\n"), found);
      assert.match((await foundIn(changed(change))).join("\n"), found);
      if (keeps !== undefined) await storeContract(changed(change), { keeps: keeps === "rides" ? "tickets" : "rides" });
    });
  }

  it("says by name what it is not given", async () => {
    const store = new MemoryStore();
    for (const [path, ...given] of [
      ["store"],
      ["store", null],
      ["other", store, { other: {} }],
      ["firstOrderId", store, { firstOrderId: "x" }],
      ["keeps", store, { keeps: "both" }],
      ["deadlineMs", store, { deadlineMs: 0 }],
    ]) {
      await assert.rejects(storeContract(...given), { code: "INVALID_CONFIG", path });
    }
    await storeContract(store, null);
  });

  it("is broken by a second connection that lags, though each by itself keeps it", async () => {
    const store = new MemoryStore();
    const replica = {
      load: (id) => lagging.get(id) ?? null,
      save: (...all) => writing(...all),
    };
    const lagging = new Map();
    const writing = (id, ...more) => {
      const saved = store.save(id, ...more);
      setTimeout(() => lagging.set(id, store.load(id)), 5);
      return saved;
    };
    const main = { load: (id) => store.load(id), save: writing };
    await storeContract(main);
    const lines = await foundIn(main, { firstOrderId: "800000000000000001", other: replica });
    assert.match(
      lines.join("\n"),
      /a load after a save sees it.*: the other connection, read after save 1: quantity: expected 1, found undefined/,
    );
  });
});
