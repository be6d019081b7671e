const encoder = new TextEncoder();

/** What waits for a reader before it is cut: it would be read by nobody in time. */
const mostWaitingBytes = 1024 * 1024;
/** What is handed on before the reader asks for more. */
const readAheadBytes = 64 * 1024;

/** The body of a response that is written while it is read. */
export type EventStream = {
  body: ReadableStream<Uint8Array>;
  /** Adds to what the reader will get. A reader who has not read what was sent long before is cut. */
  send(frames: Uint8Array): void;
  /** Resolves when the reader has taken nearly everything, or is gone. */
  drained(): Promise<void>;
  end(): void;
};

/** Opens a stream; `onClosed` is called once, when it has ended in whichever way. */
export function eventStream(onClosed: (reason: "ended" | "left" | "too_slow") => void): EventStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let waiting: (() => void)[] = [];
  const release = () => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const close = (reason: "ended" | "left" | "too_slow", act: (open: NonNullable<typeof controller>) => void) => {
    if (!controller) return;
    const open = controller;
    controller = null;
    act(open);
    release();
    onClosed(reason);
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (opened) => void (controller = opened),
      pull: release,
      cancel: () => close("left", () => undefined),
    },
    { highWaterMark: readAheadBytes, size: (chunk) => chunk.byteLength },
  );
  return {
    body,
    send(frames) {
      if (!controller) return;
      if (readAheadBytes - (controller.desiredSize ?? 0) > mostWaitingBytes)
        return close("too_slow", (open) => open.error(new Error("The reader does not read")));
      controller.enqueue(frames);
    },
    drained: () =>
      controller && (controller.desiredSize ?? 0) <= 0
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(),
    end: () => close("ended", (open) => open.close()),
  };
}

/** One event as `text/event-stream` writes it. `data` is JSON, so it has no line breaks of its own. */
export function toFrame(event: { id?: number; name?: string; data: unknown }): Uint8Array {
  const id = event.id === undefined ? "" : `id: ${event.id}\n`;
  const name = event.name === undefined ? "" : `event: ${event.name}\n`;
  return encoder.encode(`${id}${name}data: ${JSON.stringify(event.data)}\n\n`);
}

/** How soon a plain EventSource comes back. */
export const retryFrame = (ms: number): Uint8Array => encoder.encode(`retry: ${ms}\n\n`);

/** Nobody between here and the reader may keep or change what is sent. */
export const eventStreamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};
