import { createStream } from "../../lib/compose/stream.js";
import { streams } from "../../lib/http/stream.js";
import type { ApiWorld } from "./api-world.js";

export type Answered = { status: number; headers: Headers; text: string };
export type Transport = (path: string, init: RequestInit) => Promise<Answered>;

/** Sends any request to the function that answers it; of a stream the beginning is read, and then it is closed. */
export function transport(world: ApiWorld): Transport {
  const watch = streams(() => ({ ...createStream(world.base.env, world.base), ...world.deps }));
  return async (path, init) => {
    const response = /\/stream\/?(?:\?|$)/.test(path)
      ? await watch(new Request(`${world.deps.publicUrl}${path}`, init))
      : await world.send(path, init);
    const { status, headers } = response;
    const isStream = headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    return { status, headers, text: isStream ? await beginningOf(response) : await response.text() };
  };
}

async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let said = "";
  while (!said.includes("connected")) {
    const { value, done } = await reader.read();
    if (done) break;
    said += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return said;
}
