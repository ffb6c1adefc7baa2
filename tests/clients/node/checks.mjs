// The list of checks with the official Node client; run by run.py, which also restarts the node when asked.
import assert from "node:assert/strict";
import { createInterface } from "node:readline/promises";
import {
  KurrentDBClient, AccessDeniedError, BACKWARDS, END, NO_STREAM, ANY, StreamNotFoundError, WrongExpectedVersionError,
  excludeSystemEvents, jsonEvent, streamNameFilter,
} from "@kurrent/kurrentdb-client";

const STREAM = "530322.matter-node";
const OTHER = "530322.call-node";
const stdin = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const event = (n, type = "PermitApproved") =>
  jsonEvent({ type, data: { n }, id: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}` });
const all = async (read) => {
  const events = [];
  for await (const { event } of read) events.push(event);
  return events;
};
const revisions = async (read) => (await all(read)).map((event) => Number(event.revision));
const positions = async (read) => (await all(read)).map((event) => Number(event.position.commit));

const checks = {
  append: async (db) => {
    const first = await db.appendToStream(STREAM, [event(1), event(2)], { streamState: NO_STREAM });
    const second = await db.appendToStream(STREAM, event(3), { streamState: 1n });
    assert.equal(first.nextExpectedRevision, 1n);
    assert.ok(second.position.commit > first.position.commit);
    await db.appendToStream(OTHER, event(4, "CallMade"), { streamState: ANY });
  },
  conflict: async (db) => {
    for (const streamState of [NO_STREAM, 1n, 9n]) {
      await assert.rejects(db.appendToStream(STREAM, event(9), { streamState }), WrongExpectedVersionError);
    }
  },
  "idempotent retry": async (db) => {
    const again = async () => (await db.appendToStream(STREAM, [event(1), event(2)], { streamState: NO_STREAM })).position.commit;
    assert.equal(await again(), await again());
    assert.deepEqual(await revisions(db.readStream(STREAM)), [0, 1, 2]);
  },
  "stream forwards": async (db) => {
    const events = await all(db.readStream(STREAM));
    assert.deepEqual(events.map((event) => event.data), [{ n: 1 }, { n: 2 }, { n: 3 }]);
    assert.deepEqual(await revisions(db.readStream(STREAM, { fromRevision: 1n, maxCount: 1 })), [1]);
  },
  "stream backwards": async (db) => {
    assert.deepEqual(await revisions(db.readStream(STREAM, { direction: BACKWARDS, fromRevision: END })), [2, 1, 0]);
    assert.deepEqual(await revisions(db.readStream(STREAM, { direction: BACKWARDS, fromRevision: 1n })), [1, 0]);
  },
  "$all both ways": async (db) => {
    const forwards = await positions(db.readAll());
    assert.deepEqual(forwards, [...forwards].sort((a, b) => a - b));
    assert.deepEqual(await positions(db.readAll({ direction: BACKWARDS, fromPosition: END })), [...forwards].reverse());
  },
  "missing stream": async (db) => {
    await assert.rejects(all(db.readStream("530322.matter-none")), StreamNotFoundError);
  },
  "default filter": async (db) => {
    const kinds = new Set((await all(db.readAll({ filter: excludeSystemEvents() }))).map((event) => event.type));
    assert.ok(kinds.has("PermitApproved") && kinds.has("CallMade"), [...kinds].join());
  },
  "subscription across a restart": async (db) => {
    const filter = streamNameFilter({ prefixes: [OTHER] });
    let bookmark;
    try {
      for await (const { event } of db.subscribeToAll({ filter })) {
        bookmark = event.position;
        break;
      }
    } catch (error) {
      if (!bookmark) throw error;
    }
    console.log("RESTART");
    await stdin.next();
    await eventually(() => db.appendToStream(OTHER, event(5, "CallAnswered"), { streamState: 0n }));
    const seen = [];
    for await (const { event: next } of db.subscribeToAll({ filter, fromPosition: bookmark })) {
      seen.push(next.type);
      if (seen.length === 1) await db.appendToStream(OTHER, event(6, "CallRated"), { streamState: 1n });
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen, ["CallAnswered", "CallRated"]);
  },
  "deletion refused": async (db) => {
    await assert.rejects(db.deleteStream(STREAM), /deletes nothing/);
    await assert.rejects(db.tombstoneStream(STREAM), /deletes nothing/);
    assert.deepEqual(await revisions(db.readStream(STREAM)), [0, 1, 2]);
  },
  "read-only account": async () => {
    const audit = KurrentDBClient.connectionString(process.env.ESDB_RO);
    assert.deepEqual(await revisions(audit.readStream(STREAM)), [0, 1, 2]);
    await assert.rejects(audit.appendToStream(STREAM, event(9), { streamState: 2n }), AccessDeniedError);
    await audit.dispose();
  },
  "wrong password": async () => {
    const stranger = KurrentDBClient.connectionString(process.env.ESDB_BAD);
    await assert.rejects(all(stranger.readStream(STREAM)), AccessDeniedError);
    await stranger.dispose();
  },
};

// the client finds out about the restart by a call that fails
async function eventually(act) {
  for (let left = 50; ; left -= 1) {
    try {
      return await act();
    } catch (error) {
      if (left === 0 || error instanceof WrongExpectedVersionError) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const client = KurrentDBClient.connectionString(process.env.ESDB_RW);
for (const [name, check] of Object.entries(checks)) {
  try {
    await check(client);
    console.log("ok", name);
  } catch (error) {
    console.log("FAIL", name, "--", error.constructor.name, String(error.message).replaceAll("\n", " ").slice(0, 300));
  }
}
process.exit(0);
