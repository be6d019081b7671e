import * as z from "zod/mini";

const url = z.url();
const secret = z.string().check(z.minLength(1));
const milliseconds = (byDefault: number) => z._default(z.coerce.number().check(z.positive()), byDefault);

/** Every setting, by the name of its environment variable. `.env.example` explains each. */
export const Environment = z.object({
  PUBLIC_URL: url,
  DATABASE_URL: url,
  NEON_FETCH_ENDPOINT: z.optional(url),
  DATABASE_URL_DIRECT: z.optional(url),
  TOKEN_KEYS: secret,
  CRON_SECRET: z.optional(secret),

  LINEAR_CLIENT_ID: secret,
  LINEAR_CLIENT_SECRET: secret,
  LINEAR_WEBHOOK_SECRET: secret,
  LINEAR_URL: z._default(url, "https://linear.app"),
  LINEAR_API_URL: z._default(url, "https://api.linear.app"),

  CONFLUENCE_CLIENT_ID: secret,
  CONFLUENCE_CLIENT_SECRET: secret,
  ATLASSIAN_AUTH_URL: z._default(url, "https://auth.atlassian.com"),
  ATLASSIAN_API_URL: z._default(url, "https://api.atlassian.com"),

  QSTASH_URL: z._default(url, "https://qstash.upstash.io"),
  QSTASH_TOKEN: secret,
  QSTASH_CURRENT_SIGNING_KEY: secret,
  QSTASH_NEXT_SIGNING_KEY: secret,
  QSTASH_RETRIES: z._default(z.coerce.number().check(z.int(), z.nonnegative()), 3),
  QSTASH_RETRY_DELAY: z._default(secret, "min(30000, 2000 * pow(4, retried))"),

  DEMO_ORGANIZATION: z.optional(secret),
  REQUESTS_PER_MINUTE: z._default(z.coerce.number().check(z.int(), z.positive()), 600),

  METRICS_TOKEN: z.optional(secret),
  METRICS_ORGANIZATIONS: z._default(z.coerce.number().check(z.int(), z.nonnegative()), 50),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.optional(url),
  OTEL_EXPORTER_OTLP_HEADERS: z.optional(secret),
  OTEL_SERVICE_NAME: z._default(secret, "linear-planning-agent"),

  FORGE_APP_ID: z.optional(secret),
  FORGE_KEYS_URL: z.optional(url),

  SYNC_QUIET_MS: milliseconds(10_000),
  SYNC_LONGEST_MS: milliseconds(60_000),
  SYNC_POLL_MS: milliseconds(900_000),

  CALL_TIMEOUT_MS: milliseconds(10_000),
  LEASE_MS: milliseconds(20_000),
  CLAIM_MS: milliseconds(20_000),
  STUCK_MS: milliseconds(30_000),
  STREAM_MAX_AGE_MS: milliseconds(300_000),
  STREAM_PING_MS: milliseconds(15_000),
  STREAM_RECHECK_MS: milliseconds(60_000),
});
export type Environment = z.infer<typeof Environment>;

let known: Environment | undefined;

/** The environment, read once. Throws with all problems in one message, naming variables and never values. */
export function environment(variables: Record<string, string | undefined> = process.env): Environment {
  known ??= readEnvironment(variables);
  return known;
}

export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const read = Environment.safeParse(set);
  if (read.success) return withoutStrangers(read.data, variables);
  const problems = read.error.issues.map(
    (issue) => `${issue.path.join(".")}: ${set[String(issue.path[0])] === undefined ? "is not set" : issue.message}`,
  );
  throw new Error(`The environment is not complete. ${problems.join("; ")}`);
}

/** Each of them says that this is a function on somebody's servers. */
const hosts = ["VERCEL", "VERCEL_ENV", "AWS_LAMBDA_FUNCTION_NAME"];

/** A user whom nobody has to prove to be is for one's own machine: refused wherever others could come in. */
function withoutStrangers(env: Environment, variables: Record<string, string | undefined>): Environment {
  if (env.DEMO_ORGANIZATION === undefined) return env;
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(new URL(env.PUBLIC_URL).hostname);
  const isHosted = hosts.some((name) => variables[name]) || variables.NODE_ENV === "production";
  if (isLocal && !isHosted) return env;
  throw new Error(
    "The environment is not safe. DEMO_ORGANIZATION: is only for an application at localhost, and never for production",
  );
}
