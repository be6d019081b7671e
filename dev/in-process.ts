import { lostAnswer } from "./faults.js";

/** A fetch that reaches a local route without a network; an answer that is to be lost rejects as a broken connection does. */
export function inProcess(route: (request: Request) => Promise<Response>): typeof fetch {
  return async (input, init) => {
    // A request that is to follow a signal costs more than all else here.
    const { signal = input instanceof Request ? input.signal : null, ...what } = init ?? {};
    const answer = route(new Request(input, what));
    const response = signal ? await unlessAborted(answer, signal) : await answer;
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
