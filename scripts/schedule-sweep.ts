/** Creates or replaces the QStash schedule that runs the sweep; `npm run schedule -- "*\/5 * * * *"` chooses another interval. */
import { Client } from "@upstash/qstash";
import { readEnvironment } from "../lib/compose/env.js";

const cron = process.argv[2] ?? "* * * * *";
const env = readEnvironment(process.env);
const client = new Client({ devMode: false, baseUrl: env.QSTASH_URL, token: env.QSTASH_TOKEN });
await client.schedules.create({
  scheduleId: "planning-agent-sweep",
  destination: `${env.PUBLIC_URL}/api/sweep`,
  cron,
  retries: 0,
});
console.log(`The sweep runs at ${cron} (UTC)`);
