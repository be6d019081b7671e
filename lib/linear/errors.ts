/** The one place where Linear's errors become ours. */
import * as z from "zod/mini";
import { FatalError, RetryableError } from "../domain/errors.js";

/** One entry of a GraphQL answer's `errors`, as far as we read it. */
export const GraphqlError = z.object({
  message: z.string(),
  path: z.nullish(z.array(z.union([z.string(), z.number()]))),
  extensions: z.nullish(
    z.object({
      type: z.nullish(z.string()),
      code: z.nullish(z.string()),
      statusCode: z.nullish(z.number()),
      userPresentableMessage: z.nullish(z.string()),
    }),
  ),
});
export type GraphqlError = z.infer<typeof GraphqlError>;

/** What one error means to us: the first five concern the whole request, the others one entry of it. */
export type ErrorMeaning =
  | "unauthorized"
  | "rate_limited"
  | "plan_full"
  | "no_access"
  | "unavailable"
  | "exists"
  | "not_found"
  | "refused";

const troubles = new Set(["internal error", "lock timeout", "network error", "bootstrap error"]);

/** Reads codes before types before words: a 4xx without a type says nothing about the grant. */
export function meaningOf(error: GraphqlError): ErrorMeaning {
  const { code, statusCode } = error.extensions ?? {};
  const type = error.extensions?.type?.toLowerCase() ?? "";
  const words = wordsOf(error);
  if (code === "AUTHENTICATION_ERROR") return "unauthorized";
  if (code === "RATELIMITED" || type === "ratelimited") return "rate_limited";
  if (type === "usage limit exceeded" || /exceeded the free issue limit/i.test(words)) return "plan_full";
  if (code === "FORBIDDEN" || type === "forbidden" || statusCode === 403) return "no_access";
  if (code === "INTERNAL_SERVER_ERROR" || troubles.has(type)) return "unavailable";
  if (/conflict on insert|already exists/i.test(words)) return "exists";
  if (/entity not found/i.test(words)) return "not_found";
  return "refused";
}

/** What Linear would tell a person about the error. */
export function refusalOf(error: GraphqlError): string {
  return error.extensions?.userPresentableMessage || error.message;
}

/** Throws where one of the errors concerns the whole request; those about single entries are the caller's. */
export function throwIfRunEnding(operation: string, errors: GraphqlError[], headers: Headers): void {
  const meanings = new Set(errors.map(meaningOf));
  const context = { operation };
  if (meanings.has("unauthorized")) throw installationRevoked(context);
  if (meanings.has("rate_limited")) throw rateLimited(operation, headers);
  if (meanings.has("plan_full"))
    throw new FatalError(
      "linear_plan_full",
      "Linear's free plan has no room for more issues, so I stopped. What I had created before that stays as it is. " +
        "Make room in the workspace or upgrade it, then reply “retry” and I go on with what is missing.",
      { context },
    );
  if (meanings.has("no_access")) throw noAccess(operation);
  if (meanings.has("unavailable")) throw new RetryableError("linear_unavailable", { context });
}

/** The end of a run whose installation Linear does not accept any more. */
function installationRevoked(context: { operation: string }): FatalError {
  return new FatalError(
    "installation_revoked",
    "Linear no longer accepts my access to this workspace, so I stopped. What I had created before that stays as it is. " +
      "Ask an admin to install me again, then mention me again and I take up the plan where it stopped.",
    { context },
  );
}

/** The end of a run that needs something which Linear does not let the app see or change. */
export function noAccess(operation: string): FatalError {
  return new FatalError(
    "linear_no_access",
    "Linear doesn't let me into something this plan needs, so I stopped. What I had created before that stays as it is. " +
      "Ask an admin to give me access to the team, then reply “retry” and I go on with what is missing.",
    { context: { operation } },
  );
}

/** A request that stands alone and that Linear does not take; `reason` is what Linear says. */
export function refused(operation: string, reason: string): FatalError {
  return new FatalError(
    "linear_refused",
    `Linear did not accept one of my requests: “${reason}”. What I had created before that stays as it is. ` +
      "Check what it names in Linear, then reply “retry” and I try again.",
    { context: { operation } },
  );
}

/** Waits for whichever bucket is empty; where no header names one, for what `Retry-After` says. */
export function rateLimited(operation: string, headers: Headers): RetryableError {
  return new RetryableError("linear_rate_limited", { retryAfterMs: waitMs(headers), context: { operation } });
}

function waitMs(headers: Headers): number | null {
  const resets = ["Requests", "Complexity", "Endpoint-Requests"]
    .filter((bucket) => headers.get(`X-RateLimit-${bucket}-Remaining`) === "0")
    .map((bucket) => Number(headers.get(`X-RateLimit-${bucket}-Reset`)))
    .filter((resetAt) => resetAt > 0);
  if (resets.length > 0) return Math.max(0, Math.max(...resets) - Date.now());
  const seconds = Number(headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : null;
}

const wordsOf = (error: GraphqlError) => `${error.message} ${error.extensions?.userPresentableMessage ?? ""}`;
