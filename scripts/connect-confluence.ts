/** Connects a Confluence site with a token, for one organization; the token comes from CONFLUENCE_TOKEN and is never printed. */
import { parseArgs } from "node:util";
import { connectWithToken } from "../lib/commands/connect-with-token.js";
import { createConsole } from "../lib/compose/console.js";
import { readEnvironment } from "../lib/compose/env.js";
import type { OrganizationId } from "../lib/domain/ids.js";

const usage =
  "CONFLUENCE_TOKEN=… npm run connect -- --organization ID --site https://… --kind cloud_token|data_center --spaces KEY,KEY [--email ACCOUNT]";

const fail = (message: string): never => {
  console.error(message);
  process.exit(1);
};

try {
  const { values } = parseArgs({
    options: {
      organization: { type: "string" },
      site: { type: "string" },
      kind: { type: "string" },
      spaces: { type: "string" },
      email: { type: "string" },
    },
  });
  const { organization, site, kind, spaces, email } = values;
  const token = process.env.CONFLUENCE_TOKEN;
  if (!organization || !site || !spaces || !token || (kind !== "cloud_token" && kind !== "data_center"))
    fail(`Usage: ${usage}`);
  else {
    const connected = await connectWithToken(createConsole(readEnvironment(process.env)), {
      organizationId: organization as OrganizationId,
      kind,
      siteUrl: site,
      email: email ?? null,
      token,
      spaces: spaces.split(",").map((key) => key.trim()),
    });
    console.log(`Connected ${site}; the agent may use ${connected.spaces.join(", ")}`);
  }
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
