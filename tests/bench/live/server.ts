/**
 * One of the functions in a process of its own, over connections to PostgreSQL in place of Neon's HTTP: `BENCH_ROLE` is `api` or `stream`.
 * What they are made of is what `lib/compose` makes.
 */
import { openPostgres } from "../../../dev/neon/postgres.js";
import { serve } from "../../../dev/host.js";
import { announcing } from "../../../lib/compose/announcing.js";
import { createApi } from "../../../lib/compose/api.js";
import { readEnvironment } from "../../../lib/compose/env.js";
import { createStream } from "../../../lib/compose/stream.js";
import { v1 } from "../../../lib/http/api/v1.js";
import { streams } from "../../../lib/http/stream.js";
import type { Log } from "../../../lib/ports.js";
import { databaseOf } from "../../support/fault-database.js";

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const env = readEnvironment({
  PUBLIC_URL: "http://localhost:3000",
  DATABASE_URL: process.env.BENCH_DATABASE,
  TOKEN_KEYS: `bench:${process.env.BENCH_TOKEN_KEY}`,
  LINEAR_CLIENT_ID: "bench",
  LINEAR_CLIENT_SECRET: "bench",
  LINEAR_WEBHOOK_SECRET: "bench",
  CONFLUENCE_CLIENT_ID: "bench",
  CONFLUENCE_CLIENT_SECRET: "bench",
  QSTASH_TOKEN: "bench",
  QSTASH_CURRENT_SIGNING_KEY: "bench",
  QSTASH_NEXT_SIGNING_KEY: "bench",
  REQUESTS_PER_MINUTE: "100000000",
  ...process.env,
});
const db = databaseOf(openPostgres(env.DATABASE_URL, { max: 20 }));
const base = { env, db, announce: announcing(env, db) };

const route = process.env.BENCH_ROLE === "stream" ? streaming() : answering();
const host = await serve({ port: 0, routes: { "/": route } });
process.once("disconnect", () => process.exit(0));
process.send?.({ url: host.url });

function streaming() {
  const deps = createStream(env, base, silent);
  return streams(() => deps);
}

function answering() {
  const deps = { ...createApi(env, base), log: silent };
  return v1(() => deps);
}
