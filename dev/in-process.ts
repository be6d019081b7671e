import { lostAnswer } from "./faults.js";

/** A fetch that reaches a local route without a network; an answer that is to be lost rejects as a broken connection does. */
export function inProcess(route: (request: Request) => Promise<Response>): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await unlessAborted(route(request), request.signal);
    if (response.headers.has(lostAnswer)) throw new TypeError("fetch failed", { cause: new Error("socket hang up") });
    return response;
  };
}

/** Gives up waiting, not the work: what the route does goes on. */
export function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
