import type { Bucket, Buckets } from "./model.js";
import type { Actor, Store } from "./store.js";

const hour = 3_600_000;

export type BucketState = { type: "requests" | "complexity"; limit: number; remaining: number; resetAt: number };

/** What is left of the hour's requests and points: two buckets for each user of an app, which leak steadily. */
export function bucketStates(store: Store, actor: Actor): [requests: BucketState, complexity: BucketState] {
  const { requestsPerHour, complexityPerHour } = store.switches;
  const buckets = bucketsOf(store, actor);
  return [
    stateOf("requests", buckets.requests, requestsPerHour, store.now()),
    stateOf("complexity", buckets.complexity, complexityPerHour, store.now()),
  ];
}

/** Takes a request and its points; false where one of the buckets has no room for it, and then nothing is taken. */
export function take(store: Store, actor: Actor, points: number): boolean {
  const [requests, complexity] = bucketStates(store, actor);
  if (requests.remaining < 1 || complexity.remaining < points) return false;
  const at = store.now();
  store.world.buckets[actor.userId] = {
    requests: { used: requests.limit - requests.remaining + 1, at },
    complexity: { used: complexity.limit - complexity.remaining + points, at },
  };
  return true;
}

function bucketsOf(store: Store, actor: Actor): Buckets {
  const full = { used: 0, at: store.now() };
  return store.world.buckets[actor.userId] ?? { requests: full, complexity: full };
}

function stateOf(type: BucketState["type"], { used, at }: Bucket, limit: number, now: number): BucketState {
  const left = Math.max(0, used - ((now - at) / hour) * limit);
  return { type, limit, remaining: Math.max(0, limit - left), resetAt: now + Math.ceil((left / limit) * hour) };
}

export function rateLimitHeaders(states: BucketState[], points: number, endpoint?: string): Record<string, string> {
  const headers: Record<string, string> = { "X-Complexity": String(points) };
  const write = (name: string, { limit, remaining, resetAt }: BucketState) => {
    headers[`X-RateLimit-${name}-Limit`] = String(limit);
    headers[`X-RateLimit-${name}-Remaining`] = String(Math.floor(remaining));
    headers[`X-RateLimit-${name}-Reset`] = String(resetAt);
  };
  for (const state of states) write(state.type === "requests" ? "Requests" : "Complexity", state);
  const [requests] = states;
  if (endpoint && requests) {
    write("Endpoint-Requests", requests);
    headers["X-RateLimit-Endpoint-Name"] = endpoint;
  }
  return headers;
}
