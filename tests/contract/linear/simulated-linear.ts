/** The adapter against the simulated Linear, in one process and without a network. */
import { linearSimulator } from "../../../dev/linear/simulator.js";
import type { Switches } from "../../../dev/linear/settings.js";
import { derivedUuid } from "../../../lib/domain/ids.js";
import { linearClient } from "../../../lib/linear/client.js";
import type { IssueInput } from "../../../lib/ports-services.js";

export const webhookSecret = "linear-webhook-secret";
export const clientId = "linear-client";
export const clientSecret = "linear-client-secret";
export const baseUrl = "http://linear.test";

export function simulatedLinear(switches: Partial<Switches> = {}) {
  const webhooks: Request[] = [];
  const simulator = linearSimulator({
    baseUrl,
    switches,
    webhookUrl: "http://agent.test/webhooks/linear",
    webhookSecret,
    clientId,
    clientSecret,
    send: (request) => {
      webhooks.push(request.clone());
      return Promise.resolve(new Response(null, { status: 200 }));
    },
  });
  const { control } = simulator;
  const send: typeof fetch = (url, init) => simulator.fetch(new Request(url, init));
  const installation = control.install();
  const client = linearClient({
    url: `${baseUrl}/graphql`,
    accessToken: () => Promise.resolve(installation.accessToken),
    fetch: send,
  });
  const teamId = control.state().teams[0]?.id ?? "";
  control.clearRequests();
  return { simulator, control, send, client, installation, teamId, webhooks };
}

/** An issue under an id that is the same for the same number. */
export function anIssue(teamId: string, n: number, more: Partial<IssueInput> = {}): IssueInput {
  return {
    id: derivedUuid("issue", n),
    teamId,
    title: `Story ${n}`,
    description: "",
    parentId: null,
    projectId: null,
    labelIds: [],
    priority: 0,
    estimate: null,
    ...more,
  };
}
