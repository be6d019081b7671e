/** The least that a webhook can do, as the measure for the real one: reads the body, checks its signature and answers. */
import { serve } from "../../dev/host.js";
import { readRaw } from "../../lib/http/respond.js";
import { linearWebhook } from "../../lib/linear/webhook.js";

const verify = linearWebhook(process.env.LINEAR_WEBHOOK_SECRET ?? "");
const host = await serve({
  port: Number(process.env.PORT),
  routes: {
    "/": async (request) => {
      verify({ raw: await readRaw(request), headers: request.headers });
      return Response.json({ outcome: "verified" });
    },
  },
});
process.once("disconnect", () => process.exit(0));
process.send?.({ url: host.url });
