import { setTimeout as pause } from "node:timers/promises";
import { type Figure, figuresOf, summed } from "../domain/metrics.js";
import type { MetricsStore, Observe } from "../ports-operating.js";

/**
 * Takes note of answered requests in memory and writes what a moment brought together as one statement, behind the answers. What is lost
 * with a function that dies is missing in the figures of requests and in nothing else.
 */
export function observing(
  store: Pick<MetricsStore, "add">,
  waitUntil: (work: Promise<unknown>) => void,
  momentMs = 1_000,
): Observe {
  let noted: Figure[] = [];
  const write = async () => {
    await pause(momentMs, undefined, { ref: false });
    const figures = summed(noted);
    noted = [];
    await store.add(figures);
  };
  return (answered) => {
    if (noted.length === 0) waitUntil(write().catch(() => undefined));
    noted.push(...figuresOf(answered));
  };
}
