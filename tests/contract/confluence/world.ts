/** A simulated Confluence and a client of each kind of connection to it. */
import { confluenceSimulator, type ConfluenceSimulatorOptions } from "../../../dev/confluence/simulator.js";
import { type Faults, faults } from "../../../dev/faults.js";
import { inProcess } from "../../../dev/in-process.js";
import { confluenceClient } from "../../../lib/confluence/client.js";
import { basicAuthorization, bearerAuthorization } from "../../../lib/confluence/request.js";
import { type PageAddress, readPageAddress } from "../../../lib/domain/page-address.js";
import type { ConfluenceConnection } from "../../../lib/ports-identity.js";

export const baseUrl = "http://localhost:3000/confluence";
export const kinds = ["cloud_oauth", "cloud_token", "data_center"] as const;
export type Kind = (typeof kinds)[number];

export function aConfluence(options: Partial<ConfluenceSimulatorOptions> = {}) {
  const switches: Faults = faults(7);
  const simulator = confluenceSimulator({ baseUrl, faults: switches, ...options });
  const fetch = inProcess((request) => simulator.fetch(request));
  const { cloudId, users } = simulator.control.state();
  const ada = users[0];
  if (ada === undefined) throw new Error("The simulator has no user");

  function access(kind: Kind) {
    const authorization = {
      cloud_oauth: bearerAuthorization(simulator.control.grant().accessToken),
      cloud_token: basicAuthorization(ada?.email ?? "", ada?.apiToken ?? ""),
      data_center: bearerAuthorization(ada?.personalAccessToken ?? ""),
    }[kind];
    const apiBase = kind === "cloud_oauth" ? `${baseUrl}/ex/confluence/${cloudId}` : baseUrl;
    return { apiBase, authorization: () => Promise.resolve(authorization), fetch };
  }

  type ClientOptions = Partial<Parameters<typeof confluenceClient>[0]> & { spaces?: string[] };
  function client(kind: Kind, { spaces = ["PLAN"], ...more }: ClientOptions = {}) {
    const site = { id: "c1", siteUrl: baseUrl, cloudId: kind === "cloud_oauth" ? cloudId : null };
    const connection: ConfluenceConnection = { ...site, kind, spaces };
    return confluenceClient({ connection, ...access(kind), ...more });
  }

  const { control } = simulator;
  return { simulator, control, switches, fetch, cloudId, ada, access, client };
}

export function addressOf(url: string): PageAddress {
  const address = readPageAddress(url);
  if (address === null) throw new Error(`${url} is no address`);
  return address;
}
