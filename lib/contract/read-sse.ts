/** One event of a `text/event-stream`: its name where it has one, its data lines joined by LF, its id where it brings one. */
export type ServerSentEvent = { event?: string; data: string; id?: string };

/**
 * The events of a stream as they arrive, by the rules of the HTML standard: lines end in LF, CRLF or CR, comments are skipped, and an event
 * without data, or one that the stream broke off in, is dropped.
 */
export async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const reader = body
    .pipeThrough<string>(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  const fields = eventFields();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        const last = rest.endsWith("\r") ? fields.take(rest.slice(0, -1)) : null;
        if (last) yield last;
        return;
      }
      const { lines, unfinished } = splitLines(rest + value);
      rest = unfinished;
      for (const line of lines) {
        const event = fields.take(line);
        if (event) yield event;
      }
    }
  } finally {
    // Whoever stops reading ends the connection.
    await reader.cancel().catch(() => undefined);
  }
}

/** Lines that are complete; a CR at the very end may be the first half of a CRLF, so it waits. */
function splitLines(text: string): { lines: string[]; unfinished: string } {
  const held = text.endsWith("\r") ? "\r" : "";
  const lines = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/);
  const unfinished = (lines.pop() ?? "") + held;
  return { lines, unfinished };
}

function eventFields(): { take(line: string): ServerSentEvent | null } {
  let name = "";
  let id: string | undefined;
  let data: string[] = [];
  const take = (line: string): ServerSentEvent | null => {
    if (line !== "") {
      const [field, value] = fieldOf(line);
      if (field === "event") name = value;
      if (field === "data") data.push(value);
      if (field === "id" && !value.includes("\0")) id = value;
      return null;
    }
    const event = {
      data: data.join("\n"),
      ...(name === "" ? {} : { event: name }),
      ...(id === undefined ? {} : { id }),
    };
    const isEvent = data.length > 0;
    name = "";
    id = undefined;
    data = [];
    return isEvent ? event : null;
  };
  return { take };
}

/** A comment begins with a colon, so its field has no name. */
function fieldOf(line: string): [field: string, value: string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value];
}
