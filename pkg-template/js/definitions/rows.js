// The tables of the other definition files are written there as rows of text, which are a fifth smaller to load than objects: here they are
// read. Blocks of rows are parted by an empty line, and what a row says in words follows its `|`.

/** @param {string} text */
const blocksIn = (text) =>
  text
    .trim()
    .split("\n\n")
    .map((block) => block.split("\n").map(cut));

/**
 * @param {string} row
 * @returns {[string, string]} what stands before its `|`, and after
 */
function cut(row) {
  const at = row.indexOf("|");
  return [row.slice(0, at), row.slice(at + 1)];
}

/** Name, `!` for always needed or `?` for needed at success, list and its maximal number of items, type, what it is of, minimum, maximum. */
const FIELD = /^(\w+)([!?]?)( list(?: (\d+))?)? (\w+)(?: ([A-Z]\w*))?(?: (-?\d+)(?= ))?(?: (-?\d+))?$/;

/** @param {[string, string]} row */
function fieldIn([head, doc]) {
  const [, name, needed, list, most, type, of, min, max] = FIELD.exec(head) ?? [];
  /** @type {Record<string, unknown>} */
  const field = { name, type, doc };
  if (list) field.list = true;
  if (most) field.most = Number(most);
  if (min) field.min = Number(min);
  if (max) field.max = Number(max);
  if (of) field.of = of;
  if (needed) field.needed = needed === "!" ? "always" : "onSuccess";
  return field;
}

/**
 * Messages: a row with the name and the ride API's method, then a row for each field.
 * @param {string} text
 */
export const definitionsIn = (text) =>
  Object.fromEntries(
    blocksIn(text).map(([[head, doc], ...rows]) => {
      const [name, method] = head.split(" ");
      return [name, { ...(method && { method }), doc, fields: rows.map(fieldIn) }];
    }),
  );

/**
 * Values: a row with the table's name, then a row for each value.
 * @param {string} text
 */
export const valuesIn = (text) => Object.fromEntries(blocksIn(text).map(([[name], ...rows]) => [name, Object.fromEntries(rows)]));

/**
 * Sentences in both languages, by id: a row for each.
 * @param {string} text
 */
export const sentencesIn = (text) =>
  Object.fromEntries(
    blocksIn(text).flatMap((rows) =>
      rows.map(([id, words]) => {
        const [zh, en] = words.split(" · ");
        return [id, { en, zh }];
      }),
    ),
  );

/**
 * The ticket machine: a block of states with their lifecycle and orderStatus; one of triggers, each with what becomes of each
 * state in turn: the verdict, and the next state where it is another one.
 * @param {string} text
 */
export function ticketMachineIn(text) {
  const [stateRows, triggerRows] = blocksIn(text);
  const states = stateRows.map(([head]) => {
    const [name, lifecycle, orderStatus] = head.split(" ");
    return { name, lifecycle: Number(lifecycle), orderStatus: Number(orderStatus) };
  });
  const moves = triggerRows.flatMap(([on, cells]) =>
    cells.split(" ").map((cell, index) => {
      const from = states[index].name;
      const [verdict, to = from] = cell.split(">");
      return { from, on, to, verdict };
    }),
  );
  return { states, moves };
}

/**
 * The ride machine: a block of states, `!` for final ones; one of events, each with the states before and after it, `?` where a
 * query has to confirm it; one of the states that a query leads from and to.
 * @param {string} text
 */
export function rideMachineIn(text) {
  const [stateRows, eventRows, queryRows] = blocksIn(text);
  const states = stateRows.map(([head, words]) => {
    const [zh, en] = words.split(" · ");
    return { status: Number.parseInt(head, 10), name: { en, zh }, isFinal: head.endsWith("!") };
  });
  const moves = eventRows.map(([head, doc]) => {
    const [event, from, to] = head.replace("?", "").split(" ");
    return {
      from: from ? from.split(",").map(Number) : [],
      event: Number(event),
      ...(to && { to: Number(to) }),
      asks: head.endsWith("?"),
      doc,
    };
  });
  const toldByQuery = queryRows.map(([head]) => {
    const [from, to] = head.split(" ").map(Number);
    return { from, to };
  });
  return { states, moves, toldByQuery };
}
