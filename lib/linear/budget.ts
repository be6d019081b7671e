import type { Budget } from "../ports-services.js";

/** What the headers of an answer say of the hour's budget; null where they do not say it all. */
export function readBudget(headers: Headers): Budget | null {
  const requests = readBucket(headers, "Requests");
  const complexity = readBucket(headers, "Complexity");
  if (!requests || !complexity) return null;
  const emptier =
    requests.remaining / requests.limit <= complexity.remaining / complexity.limit ? requests : complexity;
  return {
    requestsLimit: requests.limit,
    requestsRemaining: requests.remaining,
    complexityLimit: complexity.limit,
    complexityRemaining: complexity.remaining,
    resetAt: emptier.resetAt,
  };
}

function readBucket(headers: Headers, name: string) {
  const [limit, remaining, resetAt] = ["Limit", "Remaining", "Reset"].map((part) => {
    const value = headers.get(`X-RateLimit-${name}-${part}`);
    return value === null || value.trim() === "" ? Number.NaN : Number(value);
  });
  const isComplete = [limit, remaining, resetAt].every((value) => Number.isFinite(value)) && limit! > 0;
  return isComplete ? { limit: limit!, remaining: remaining!, resetAt: resetAt! } : null;
}
