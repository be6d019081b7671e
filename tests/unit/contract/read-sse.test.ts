import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSse, type ServerSentEvent } from "../../../lib/contract/read-sse.js";

const encode = (text: string) => new TextEncoder().encode(text);

/** A body that arrives in these pieces. */
function bodyOf(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

async function read(...pieces: (string | Uint8Array)[]): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of readSse(bodyOf(pieces.map((piece) => (typeof piece === "string" ? encode(piece) : piece)))))
    events.push(event);
  return events;
}

function cut(bytes: Uint8Array, at: number[]): Uint8Array[] {
  const ends = [...new Set(at.map((n) => n % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

describe("A stream of events is read", () => {
  it("event by event, with name, id and data", async () => {
    expect(await read('retry: 1000\n\ndata: {"a":1}\n\nid: 42\ndata: x\n\nevent: ping\ndata: {}\n\n')).toEqual([
      { data: '{"a":1}' },
      { data: "x", id: "42" },
      { event: "ping", data: "{}" },
    ]);
  });

  it("whichever line ends it has, and wherever it is cut", async () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const bytes = encode(["event: é", "data: one", "data:two", "", "data: three", "", ""].join(end));
      const expected = [{ event: "é", data: "one\ntwo" }, { data: "three" }];
      for (let at = 0; at <= bytes.length; at += 1)
        expect(await read(bytes.subarray(0, at), bytes.subarray(at))).toEqual(expected);
    }
  });

  it("without comments, events without data, and one that the stream broke off in", async () => {
    expect(await read(": hello\n\nevent: nothing\nid: 1\n\ndata\n\ndata: kept\n\ndata: lost\n")).toEqual([
      { data: "" },
      { data: "kept" },
    ]);
  });

  it("as another parser reads it, whatever it says and however it is cut", async () => {
    const Line = fc.oneof(
      fc.constantFrom(
        "data: x",
        "data:y",
        "data",
        "data:  two",
        "id: 7",
        "id",
        "event: ping",
        "event",
        ": note",
        "",
        "",
        "",
        "other: 1",
        "retry: 5",
      ),
      fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replaceAll(/[\r\n\uFEFF\0]/g, "")),
    );
    const End = fc.constantFrom("\n", "\r\n", "\r");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(Line, End), { maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        async (lines, cuts) => {
          // The other parser too waits behind a CR at the very end.
          const text = `${lines.map((pair) => pair.join("")).join("")}\n`;
          const expected: EventSourceMessage[] = [];
          const parser = createParser({ onEvent: (event) => expected.push(event) });
          parser.feed(text);
          expect(await read(...cut(encode(text), cuts))).toEqual(expected.map(withoutUndefined));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("until who reads stops, which ends the connection", async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encode("data: again\n\n")),
      cancel: () => void (cancelled = true),
    });
    for await (const event of readSse(body)) {
      expect(event).toEqual({ data: "again" });
      break;
    }
    expect(cancelled).toBe(true);
  });
});

const withoutUndefined = (event: EventSourceMessage) =>
  Object.fromEntries(
    Object.entries(event).filter(([name, value]) => value !== undefined && !(name === "event" && value === "")),
  );
