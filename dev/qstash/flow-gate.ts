import type { FlowControl } from "./message.js";

/** Keeps messages of one flow-control key within their parallelism and their rate. */
export type FlowGate = {
  /** When a message may start: now, the instant at which the rate allows it, or never before another one leaves. */
  opensAt(flow: FlowControl | null): number;
  enter(flow: FlowControl | null): void;
  leave(flow: FlowControl | null): void;
};

export function flowGate(now: () => number): FlowGate {
  const inside = new Map<string, number>();
  const starts = new Map<string, number[]>();
  const recent = (flow: FlowControl) => (starts.get(flow.key) ?? []).filter((start) => start > now() - flow.periodMs);
  return {
    opensAt(flow) {
      if (!flow) return 0;
      if (flow.parallelism !== null && (inside.get(flow.key) ?? 0) >= flow.parallelism) return Number.POSITIVE_INFINITY;
      const started = recent(flow);
      if (flow.rate === null || started.length < flow.rate) return 0;
      return (started[started.length - flow.rate] ?? 0) + flow.periodMs;
    },
    enter(flow) {
      if (!flow) return;
      inside.set(flow.key, (inside.get(flow.key) ?? 0) + 1);
      starts.set(flow.key, [...recent(flow), now()]);
    },
    leave(flow) {
      if (flow) inside.set(flow.key, (inside.get(flow.key) ?? 1) - 1);
    },
  };
}
