import { linearSimulator, type LinearSimulator } from "../../../dev/linear/simulator.js";
import type { LinearSettings } from "../../../dev/linear/settings.js";
import type { SimulatorOptions } from "../../../dev/simulator.js";

export type Answer = {
  status: number;
  headers: Headers;
  // The shape is what the asking test wrote into its document.
  data: Record<string, Node> | null;
  errors?: { message: string; path?: string[]; extensions: Record<string, unknown> }[];
};
export type Node = { [field: string]: Node } & Node[] & string;

export type Linear = {
  simulator: LinearSimulator;
  control: LinearSimulator["control"];
  teamId: string;
  accessToken: string;
  ask: (query: string, variables?: Record<string, unknown>, accessToken?: string) => Promise<Answer>;
};

/** A workspace with the app installed, and a way to ask it. */
export function aLinear(settings: Partial<SimulatorOptions> & LinearSettings = {}): Linear {
  const simulator = linearSimulator({ baseUrl: "http://linear.test", ...settings });
  const { control } = simulator;
  const { accessToken } = control.install();
  const ask = async (query: string, variables: Record<string, unknown> = {}, token = accessToken): Promise<Answer> => {
    const response = await simulator.fetch(
      new Request("http://linear.test/graphql", {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ query, variables }),
      }),
    );
    const body = (await response.json()) as Pick<Answer, "data" | "errors">;
    return { status: response.status, headers: response.headers, ...body };
  };
  const teamId = control.state().teams[0]?.id ?? "";
  return { simulator, control, teamId, accessToken, ask };
}

export const createIssue = /* GraphQL */ `
  mutation Create($input: IssueCreateInput!) {
    issueCreate(input: $input) { success issue { id identifier url updatedAt description estimate state { type } } }
  }
`;

export const createIssues = /* GraphQL */ `
  mutation CreateMany($input: IssueBatchCreateInput!) {
    issueBatchCreate(input: $input) { success issues { id identifier parent { id } } }
  }
`;

export const createActivity = /* GraphQL */ `
  mutation Activity($input: AgentActivityCreateInput!) {
    agentActivityCreate(input: $input) { success agentActivity { id } }
  }
`;
