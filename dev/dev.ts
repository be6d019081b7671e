/** `npm run dev`: the local world kept running on one origin, with its state in `.data/`. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { jsonLog } from "../lib/compose/log.js";
import { demoWorld } from "./demo-world.js";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: process.env.PORT ?? "3000" },
    data: { type: "string", default: ".data" },
    quiet: { type: "boolean", default: false },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 1 || port > 65_535) {
  console.error(`--port is a number between 1 and 65535, not ${values.port}`);
  process.exit(1);
}

try {
  const log = values.quiet ? undefined : jsonLog();
  const world = await demoWorld({ port, dataDir: resolve(values.data), ...(log ? { log } : {}) });
  const page = demoPage();
  const landing = readFileSync(join(import.meta.dirname, "../public/index.html"), "utf8");
  const front = async () => new Response(landing, { headers: { "content-type": "text/html; charset=utf-8" } });
  world.mount({ "/": front, "/plan": front });
  console.log(`The local world is on ${world.url}

  The page to plan     ${page}
  Everything to press  ${world.url}/control
  Health               ${world.url}/api/health

Mention the agent on issue ENG-1 with the page:

  curl -s -X POST ${world.url}/control/linear/mention -d '{"issue":"ENG-1","body":"please plan ${page}"}'

It answers with the id of an agent session. See what the agent says there, and reply:

  curl -s -X POST ${world.url}/control/linear/session -d '{"agentSessionId":"…"}'
  curl -s -X POST ${world.url}/control/linear/reply -d '{"agentSessionId":"…","body":"create"}'

docs/local-world.md lists all the controls. Stop with Ctrl-C; the state stays in ${values.data}.
`);

  const stop = () => void world.close().then(() => process.exit(0));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);

  /** The demo page, made at the first start. */
  function demoPage(): string {
    const id = "1000001";
    const { confluence } = world;
    if (confluence.control.state().pages[id]) return confluence.control.page({ id }).url;
    const fixture = join(import.meta.dirname, "../tests/fixtures/planning/00-demo");
    const { title } = JSON.parse(readFileSync(`${fixture}.json`, "utf8")) as { title: string };
    return confluence.control.createPage({ spaceKey: "PLAN", title, body: readFileSync(`${fixture}.html`, "utf8"), id })
      .url;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
