import { randomUUID } from "node:crypto";
import type { StateFile } from "../simulator.js";
import type { Issue, Organization, User, World } from "./model.js";
import { conflict, notFound, refused } from "./problems.js";
import { emptyWorld } from "./seed.js";
import type { AppSettings, Switches } from "./settings.js";

/** What every part of the simulator works with: the world, the clock, the switches, and a way to tell the app what happened. */
export type Store = {
  world: World;
  app: AppSettings;
  switches: Switches;
  now: () => number;
  /** The present instant as Linear writes it; no two are the same, so that what changed later also sorts later. */
  stamp: () => string;
  /** Marks the world as changed, to be kept. */
  touch: () => void;
  /** Queues a webhook; wired up by the simulator. */
  notify: (organizationId: string, event: WebhookEvent) => void;
};

export type WebhookEvent = { type: string; action: string } & Record<string, unknown>;

/** Who does something: a person or the app, in a workspace. */
export type Actor = { organizationId: string; userId: string };

export function openStore(app: AppSettings, switches: Switches, now: () => number, file?: StateFile): Store {
  let last = 0;
  const store: Store = {
    world: { ...emptyWorld(), ...file?.load<World>() },
    app,
    switches,
    now,
    stamp: () => {
      last = Math.max(now(), last + 1);
      return new Date(last).toISOString();
    },
    touch: () => {
      store.world.syncId += 1;
      file?.save(store.world);
    },
    notify: () => undefined,
  };
  return store;
}

type Named = { id: string; organizationId: string };

export function find<T extends Named>(list: T[], actor: Pick<Actor, "organizationId">, id: string | null | undefined) {
  return list.find((entity) => entity.id === id && entity.organizationId === actor.organizationId);
}

export function load<T extends Named>(
  list: T[],
  actor: Pick<Actor, "organizationId">,
  id: string | null | undefined,
  entity: string,
): T {
  const found = find(list, actor, id);
  if (!found) throw notFound(entity);
  return found;
}

/** An entity whose id cannot be missing because another entity names it. */
export function related<T extends { id: string }>(list: T[], id: string): T {
  const found = list.find((entity) => entity.id === id);
  if (!found) throw new Error(`The simulated world has lost ${id}`);
  return found;
}

export function organizationOf(store: Store, id: string): Organization {
  return related(store.world.organizations, id);
}

export function userOf(store: Store, id: string): User {
  return related(store.world.users, id);
}

export function identifierOf(store: Store, issue: Issue): string {
  return `${related(store.world.teams, issue.teamId).key}-${issue.number}`;
}

export function urlOfIssue(store: Store, issue: Issue): string {
  const slug = issue.title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return `https://linear.app/${organizationOf(store, issue.organizationId).urlKey}/issue/${identifierOf(store, issue)}/${slug}`;
}

/** True where the app still has access to the team; people always have. */
export function canSeeTeam(store: Store, actor: Actor, teamId: string): boolean {
  const organization = organizationOf(store, actor.organizationId);
  return actor.userId !== organization.appUserId || !organization.closedTeamIds.includes(teamId);
}

/** By UUID or by identifier ("ENG-12"). */
export function findIssue(store: Store, actor: Actor, idOrIdentifier: string): Issue | undefined {
  const match = /^([A-Za-z][A-Za-z0-9]*)-(\d+)$/.exec(idOrIdentifier);
  const issue = store.world.issues.find((candidate) => {
    if (candidate.organizationId !== actor.organizationId) return false;
    return (
      candidate.id === idOrIdentifier || (match && identifierOf(store, candidate) === idOrIdentifier.toUpperCase())
    );
  });
  return issue && canSeeTeam(store, actor, issue.teamId) ? issue : undefined;
}

export function loadIssue(store: Store, actor: Actor, idOrIdentifier: string): Issue {
  const issue = findIssue(store, actor, idOrIdentifier);
  if (!issue) throw notFound("Issue");
  return issue;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** The id that a client sent, which must be free, or a new one. */
export function newId(list: { id: string }[], entity: string, wanted: string | null | undefined): string {
  if (wanted == null) return randomUUID();
  if (!uuid.test(wanted)) throw refused("Argument Validation Error", "id must be a UUID.");
  if (list.some((existing) => existing.id === wanted)) throw conflict(entity, wanted);
  return wanted;
}

export function freshEntity(store: Store, organizationId: string) {
  const at = store.stamp();
  return { organizationId, createdAt: at, updatedAt: at, archivedAt: null };
}
