import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { diagnose, mistakes } from "meituan-protocol/diagnosis";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../vectors/diagnosis");
const vectors = readdirSync(FOLDER).map((file) => [file, JSON.parse(readFileSync(join(FOLDER, file), "utf8"))]);
const vector = (file) => vectors.find(([name]) => name === file)[1];

describe("diagnose", () => {
  it("names each known mistake, and each pair of them, that a request was signed with", () => {
    const named = new Set();
    for (const [file, { mistakes: made, ...request }] of vectors) {
      const found = diagnose(request);
      assert.deepEqual(
        found.mistakes.map(({ id }) => id),
        made,
        file,
      );
      for (const id of made) named.add(id);
    }
    assert.deepEqual([...named].sort(), Object.keys(mistakes).sort());
  });

  it("tells the string that was signed instead, with words in both languages, and holds no secret", () => {
    const { mistakes: _made, ...request } = vector("line.crlf.json");
    const found = diagnose(request);
    assert.equal(found.outcome, "explained");
    assert.equal(found.signed, found.stringToSign.replace("\n", "\r\n"));
    assert.match(found.mistakes[0].what.en, /CRLF/);
    assert.match(found.mistakes[0].fix.zh, /LF/);
    assert.ok(!JSON.stringify(found).includes(request.secrets[0]));
  });

  it("says that a signature is right, and that one is not explained", () => {
    const { mistakes: _made, ...request } = vector("right.json");
    assert.equal(diagnose(request).outcome, "right");
    const other = diagnose({ ...request, secrets: "another secret" });
    assert.equal(other.outcome, "unexplained");
    assert.deepEqual(other.mistakes, []);
    assert.equal(other.signed, undefined);
  });

  it("takes headers of any kind, a URL, one secret or several, a body as bytes", () => {
    const { headers, url, body, secrets, method } = vector("body.signed.json");
    const { date, authorization } = { date: headers.Date, authorization: headers.Authorization };
    for (const given of [
      new Headers({ date, authorization }),
      Object.entries(headers),
      { DATE: date, Authorization: [authorization] },
    ]) {
      const found = diagnose({
        method,
        url: new URL(url),
        headers: given,
        body: new TextEncoder().encode(body),
        secrets: secrets[0],
      });
      assert.deepEqual(
        found.mistakes.map(({ id }) => id),
        ["body.signed"],
      );
    }
  });
});
