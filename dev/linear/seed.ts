import { derivedUuid } from "../../lib/domain/ids.js";
import type { EstimationType, Label, Organization, StateType, Team, User, WorkflowState, World } from "./model.js";

export type OrganizationSeed = {
  id?: string;
  name?: string;
  urlKey?: string;
  guidance?: string;
  teams?: TeamSeed[];
  users?: { id?: string; name: string; email?: string; admin?: boolean; guest?: boolean }[];
  /** Labels of the whole workspace. */
  labels?: LabelSeed[];
  issues?: { id?: string; team?: string; title: string; description?: string }[];
};
export type TeamSeed = {
  id?: string;
  key: string;
  name: string;
  estimation?: { type?: EstimationType; extended?: boolean; allowZero?: boolean; default?: number };
  triageEnabled?: boolean;
  labels?: LabelSeed[];
};
export type LabelSeed = { id?: string; name: string; isGroup?: boolean; parent?: string };

export const defaultSeed: OrganizationSeed[] = [
  {
    id: "test-org-123",
    name: "Acme",
    urlKey: "acme",
    teams: [{ key: "ENG", name: "Engineering", estimation: { type: "fibonacci", extended: true } }],
    users: [{ name: "Ada Lovelace", email: "ada@acme.test", admin: true }, { name: "Grace Hopper" }],
    issues: [{ team: "ENG", title: "Plan the next increment", description: "The plan is written in Confluence." }],
  },
];

export function emptyWorld(): World {
  return {
    organizations: [],
    users: [],
    teams: [],
    states: [],
    labels: [],
    issues: [],
    history: [],
    projects: [],
    relations: [],
    attachments: [],
    comments: [],
    agentSessions: [],
    activities: [],
    grants: [],
    codes: [],
    buckets: {},
    deliveries: [],
    requests: [],
    syncId: 0,
  };
}

const workflow: [name: string, type: StateType][] = [
  ["Triage", "triage"],
  ["Backlog", "backlog"],
  ["Todo", "unstarted"],
  ["In Progress", "started"],
  ["In Review", "started"],
  ["Done", "completed"],
  ["Canceled", "canceled"],
];

/** Puts a workspace without its issues into the world; ids that are not named are derived, so that they are the same in each run. */
export function addOrganization(world: World, seed: OrganizationSeed, at: string, appName: string): Organization {
  const name = seed.name ?? "Acme";
  const urlKey = seed.urlKey ?? name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const id = seed.id ?? derivedUuid("organization", urlKey);
  const stamp = { organizationId: id, createdAt: at, updatedAt: at, archivedAt: null };
  const app: User = {
    ...stamp,
    id: derivedUuid(id, "app"),
    name: appName,
    displayName: appName.toLowerCase().replaceAll(" ", ""),
    email: `app@${urlKey}.test`,
    app: true,
    admin: false,
  };
  const people = (seed.users ?? [{ name: "Ada Lovelace" }]).map((user): User => {
    const first = user.name.split(" ")[0]?.toLowerCase() ?? "user";
    return {
      ...stamp,
      id: user.id ?? derivedUuid(id, "user", user.name),
      name: user.name,
      displayName: first,
      email: user.email ?? `${first}@${urlKey}.test`,
      app: false,
      admin: user.admin ?? false,
      guest: user.guest ?? false,
    };
  });
  const organization: Organization = {
    id,
    name,
    urlKey,
    appUserId: app.id,
    installed: false,
    closedTeamIds: [],
    guidance: seed.guidance ?? null,
    createdAt: at,
    updatedAt: at,
  };
  world.organizations.push(organization);
  world.users.push(app, ...people);
  for (const team of seed.teams ?? []) addTeam(world, organization, team, at);
  for (const label of seed.labels ?? []) world.labels.push(toLabel(world, organization, null, label, at));
  return organization;
}

export function addTeam(world: World, organization: Organization, seed: TeamSeed, at: string): Team {
  const stamp = { organizationId: organization.id, createdAt: at, updatedAt: at, archivedAt: null };
  const team: Team = {
    ...stamp,
    id: seed.id ?? derivedUuid(organization.id, "team", seed.key),
    key: seed.key,
    name: seed.name,
    estimation: {
      type: seed.estimation?.type ?? "fibonacci",
      extended: seed.estimation?.extended ?? false,
      allowZero: seed.estimation?.allowZero ?? false,
      default: seed.estimation?.default ?? 1,
    },
    triageEnabled: seed.triageEnabled ?? false,
    lastNumber: 0,
  };
  world.teams.push(team);
  for (const [position, [name, type]] of workflow.entries()) {
    const state: WorkflowState = {
      ...stamp,
      id: derivedUuid(team.id, "state", name),
      teamId: team.id,
      name,
      type,
      position,
      color: "#95a2b3",
    };
    world.states.push(state);
  }
  for (const label of seed.labels ?? []) world.labels.push(toLabel(world, organization, team.id, label, at));
  return team;
}

function toLabel(world: World, organization: Organization, teamId: string | null, seed: LabelSeed, at: string): Label {
  const group = world.labels.find((label) => label.name === seed.parent && label.organizationId === organization.id);
  return {
    organizationId: organization.id,
    createdAt: at,
    updatedAt: at,
    archivedAt: null,
    id: seed.id ?? derivedUuid(teamId ?? organization.id, "label", seed.name),
    name: seed.name,
    color: "#5e6ad2",
    description: null,
    isGroup: seed.isGroup ?? false,
    parentId: group?.id ?? null,
    teamId,
    creatorId: null,
  };
}
