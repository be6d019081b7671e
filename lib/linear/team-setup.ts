import type { EstimateScale, TeamSetup } from "../ports-services.js";
import type { Connection } from "./connection.js";
import { type LabelNode, readTeam, type TeamAnswer } from "./documents.js";
import { meaningOf, refusalOf, refused } from "./errors.js";

type Cursors = { afterLabel: string | null; afterWorkspaceLabel: string | null };

/** Reads a team's setup; more than one request only where team or workspace have over 250 labels. */
export async function teamSetup(connection: Connection, teamId: string): Promise<TeamSetup | "not_found"> {
  let cursors: Cursors | null = { afterLabel: null, afterWorkspaceLabel: null };
  const labels = new Map<string, LabelNode>();
  let answer: TeamAnswer | "not_found" = "not_found";
  while (cursors) {
    answer = await readPage(connection, teamId, cursors);
    if (answer === "not_found") return answer;
    for (const label of [...answer.team.labels.nodes, ...answer.issueLabels.nodes]) labels.set(label.id, label);
    cursors = nextPage(answer, cursors);
  }
  return answer === "not_found" ? answer : toTeamSetup(answer, [...labels.values()]);
}

async function readPage(connection: Connection, id: string, cursors: Cursors): Promise<TeamAnswer | "not_found"> {
  const { data, errors } = await connection.send(readTeam, { id, ...cursors });
  if (errors.some((error) => meaningOf(error) === "not_found")) return "not_found";
  if (errors[0] || !data) throw refused(readTeam.name, errors[0] ? refusalOf(errors[0]) : "no answer");
  return data;
}

function nextPage({ team, issueLabels }: TeamAnswer, last: Cursors): Cursors | null {
  if (!team.labels.pageInfo.hasNextPage && !issueLabels.pageInfo.hasNextPage) return null;
  // The side that has come to its end stays at its last cursor and brings nothing more.
  return {
    afterLabel: team.labels.pageInfo.endCursor ?? last.afterLabel,
    afterWorkspaceLabel: issueLabels.pageInfo.endCursor ?? last.afterWorkspaceLabel,
  };
}

function toTeamSetup({ team }: TeamAnswer, labels: LabelNode[]): TeamSetup {
  return {
    id: team.id,
    key: team.key,
    name: team.name,
    estimation: {
      scale: toScale(team.issueEstimationType),
      extended: team.issueEstimationExtended,
      allowZero: team.issueEstimationAllowZero,
    },
    states: team.states.nodes,
    labels: labels.map(({ id, name, isGroup, team: owner }) => ({ id, name, isGroup, teamId: owner?.id ?? null })),
  };
}

const scales = new Set<string>(["exponential", "fibonacci", "linear", "tShirt"]);

/** A scale that we don't know is one on which we can't estimate. */
const toScale = (type: string) => (scales.has(type) ? type : "notUsed") as EstimateScale;
