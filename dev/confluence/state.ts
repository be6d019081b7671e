/** What the simulated Confluence knows, and how a page changes. */
import { randomUUID } from "node:crypto";
import type { SimulatorOptions } from "../simulator.js";
import { draftAfter } from "./drafts.js";

export type User = {
  accountId: string;
  displayName: string;
  email: string;
  /** Cloud: password of `email:token`. */
  apiToken: string;
  /** Data Center. */
  username: string;
  userKey: string;
  personalAccessToken: string;
  /** Another app's own account. */
  isApp?: boolean;
};
export type Space = { id: string; key: string; name: string; homepageId: string };
export type PageVersion = {
  number: number;
  title: string;
  body: string;
  message: string;
  minorEdit: boolean;
  authorId: string;
  createdAt: string;
};
export type Property = { id: string; key: string; value: unknown; version: number };
export type Comment = {
  id: string;
  kind: "footer" | "inline";
  body: string;
  authorId: string;
  createdAt: string;
  /** Inline only: the `ac:ref` of the marker in the body, and the text it stood around. */
  markerRef?: string;
  selection?: string;
  /** Answers only: the comment that they hang below. */
  parentId?: string;
  /** How often it was edited, and when last. */
  edits?: number;
  editedAt?: string;
};
/** What somebody writes over a page and has not published. */
export type Draft = { title: string; body: string; authorId: string; createdAt: string; baseVersion: number };
export type StoredPage = {
  id: string;
  spaceId: string;
  status: "current" | "archived" | "trashed";
  /** Oldest first. */
  versions: [PageVersion, ...PageVersion[]];
  /** Account ids that may view; empty is everybody. */
  readers: string[];
  /** Account ids that may edit; without them everybody who may view. */
  editors?: string[];
  draft?: Draft | null;
  properties: Property[];
  comments: Comment[];
};
export type Grant = {
  id: string;
  accountId: string;
  scope: string;
  revoked: boolean;
  access: { token: string; expiresAt: number }[];
  /** Newest last; `rotatedAt` tells the retired ones. */
  refresh: { token: string; rotatedAt: number | null }[];
};
export type DataCenterWebhook = { id: number; name: string; url: string; events: string[]; secret: string | null };

export type Settings = {
  client: { id: string; secret: string };
  /** What the person at the consent page presses. */
  consent: "accept" | "deny";
  /** Whether a refresh token that was rotated out works for ten more minutes. */
  refreshReuseWindow: "none" | "ten_minutes";
  accessTokenSeconds: number;
  pointsPerHour: number;
  /** Whether a body saved through the API is rewritten as Confluence rewrites it. */
  reserialize: boolean;
  /** What a page that nobody edits answers to who asks for its draft: the published text, as Cloud does for a page once edited, or 404. */
  draftOfQuietPage: "published_text" | "none";
  /** What becomes of an open draft when the page is written: what was drafted is kept where the two don't meet, or all of it goes. */
  draftOnUpdate: "merged" | "overwritten";
  /** How Cloud refuses a write by somebody who may only view, and a stale version. */
  forbiddenWrite: 403 | 404;
  staleWrite: 409 | 400;
  webhooks: {
    forge?: { url: string; appId: string };
    automation?: { url: string; header: string; secret: string };
    dataCenter?: { url: string; secret: string };
  };
  webhookRetryMs: number;
};
export type State = {
  cloudId: string;
  users: User[];
  spaces: Space[];
  pages: Record<string, StoredPage>;
  grants: Grant[];
  codes: Record<string, { accountId: string; scope: string; redirectUri: string }>;
  dataCenterWebhooks: DataCenterWebhook[];
  settings: Settings;
  signingKey: string | null;
  nextId: number;
};

export type PageChangeEvent =
  | "commented"
  | "updated"
  | "trashed"
  | "deleted"
  | "restored"
  | "archived"
  | "unarchived"
  | "moved"
  | "permissions_updated";
export type PageChange = { page: StoredPage; event: PageChangeEvent; authorId: string; commentId?: string };

/** The world that the parts of the simulator share. */
export type World = {
  baseUrl: string;
  state: State;
  now(): number;
  changed(change: PageChange): void;
  save(): void;
};

export const siteUrl = (world: World) => world.baseUrl;
export const current = (page: StoredPage) => page.versions.at(-1) ?? page.versions[0];
export const instant = (world: World) => new Date(world.now()).toISOString();
export const spaceOf = (world: World, page: StoredPage) =>
  found(world.state.spaces.find((space) => space.id === page.spaceId));
export const userOf = (world: World, accountId: string) =>
  found(world.state.users.find((user) => user.accountId === accountId));
export const webPath = (world: World, page: StoredPage) =>
  `/spaces/${spaceOf(world, page).key}/pages/${page.id}/${encodeURIComponent(current(page).title).replaceAll("%20", "+")}`;

export function nextId(world: World): string {
  // People may have given a page an id of their own.
  do world.state.nextId += 1;
  while (world.state.pages[String(world.state.nextId)] !== undefined);
  return String(world.state.nextId);
}

export function isVisible(page: StoredPage, user: User): boolean {
  return page.status === "current" && mayView(page, user);
}

const mayView = (page: StoredPage, user: User) => page.readers.length === 0 || page.readers.includes(user.accountId);

/** What is archived can be read, and written by nobody. */
export function mayEdit(page: StoredPage, user: User): boolean {
  return isVisible(page, user) && (page.editors === undefined || page.editors.includes(user.accountId));
}

/** By its id a page can be read on Cloud where it is archived, too. */
export function findReadable(world: World, id: string | undefined, user: User): StoredPage | undefined {
  const page = world.state.pages[id ?? ""];
  return page !== undefined && page.status !== "trashed" && mayView(page, user) ? page : undefined;
}

export function findPage(world: World, id: string | undefined, user: User): StoredPage | undefined {
  const page = world.state.pages[id ?? ""];
  return page !== undefined && isVisible(page, user) ? page : undefined;
}

export function titleIsTaken(world: World, spaceId: string, title: string, except?: string): boolean {
  return Object.values(world.state.pages).some(
    (page) =>
      page.id !== except &&
      page.spaceId === spaceId &&
      page.status === "current" &&
      current(page).title.toLowerCase() === title.toLowerCase(),
  );
}

export function insertPage(
  world: World,
  input: { id?: string; spaceId: string; title: string; body: string; authorId: string },
): StoredPage {
  const page: StoredPage = {
    id: input.id ?? nextId(world),
    spaceId: input.spaceId,
    status: "current",
    versions: [toVersion(world, 1, { ...input, message: "", minorEdit: false })],
    readers: [],
    properties: [],
    comments: [],
  };
  world.state.pages[page.id] = page;
  world.save();
  return page;
}

export function addVersion(
  world: World,
  page: StoredPage,
  change: { title?: string; body?: string; message?: string; minorEdit?: boolean; authorId: string },
): void {
  const before = current(page);
  const { number, title, body } = before;
  page.versions.push(toVersion(world, number + 1, { title, body, message: "", minorEdit: false, ...change }));
  if (page.draft) page.draft = draftAfter(page.draft, before, current(page), world.state.settings.draftOnUpdate);
  world.save();
  world.changed({ page, event: "updated", authorId: change.authorId });
}

/** Puts the page into another state, with its event. */
export function setStatus(world: World, page: StoredPage, event: PageChangeEvent, authorId: string): void {
  page.status = event === "trashed" ? "trashed" : event === "archived" ? "archived" : "current";
  world.save();
  world.changed({ page, event, authorId });
}

export function trashPage(world: World, page: StoredPage, authorId: string): void {
  setStatus(world, page, "trashed", authorId);
}

/** Gone for good. */
export function purgePage(world: World, page: StoredPage, authorId: string): void {
  world.changed({ page, event: "deleted", authorId });
  delete world.state.pages[page.id];
  world.save();
}

/** A world with one site, two spaces with their home pages, and two people; the first holds the tokens that clients use. */
export function freshState(options: SimulatorOptions): State {
  const createdAt = new Date((options.now ?? Date.now)()).toISOString();
  const users = [aUser("ada", "Ada Planner"), aUser("ben", "Ben Editor")];
  const spaces = [
    { id: "65537", key: "PLAN", name: "Planning", homepageId: "65601" },
    { id: "65538", key: "SECRET", name: "Board only", homepageId: "65602" },
  ];
  const authorId = "712020:ada";
  const homes = spaces.map((space): StoredPage => {
    const first = { number: 1, title: `${space.name} Home`, body: "<p />", message: "", minorEdit: false };
    const versions: StoredPage["versions"] = [{ ...first, authorId, createdAt }];
    const page = { id: space.homepageId, spaceId: space.id, status: "current" as const, versions };
    return { ...page, readers: [], properties: [], comments: [] };
  });
  return {
    cloudId: randomUUID(),
    users,
    spaces,
    pages: Object.fromEntries(homes.map((page) => [page.id, page])),
    grants: [],
    codes: {},
    dataCenterWebhooks: [],
    settings: {
      client: { id: "confluence-client", secret: "confluence-secret" },
      consent: "accept",
      refreshReuseWindow: "none",
      accessTokenSeconds: 3600,
      pointsPerHour: 65_000,
      reserialize: true,
      draftOfQuietPage: "published_text",
      draftOnUpdate: "merged",
      forbiddenWrite: 403,
      staleWrite: 409,
      webhooks: {},
      webhookRetryMs: 1000,
    },
    signingKey: null,
    nextId: 65_700,
  };
}

export function aUser(name: string, displayName: string): User {
  return {
    accountId: `712020:${name}`,
    displayName,
    email: `${name}@example.com`,
    apiToken: `api-token-of-${name}`,
    username: name,
    userKey: `8a7f8${name}`,
    personalAccessToken: `pat-of-${name}`,
  };
}

function toVersion(world: World, number: number, fields: Omit<PageVersion, "number" | "createdAt">): PageVersion {
  const { title, body, message, minorEdit, authorId } = fields;
  return { number, title, body, message, minorEdit, authorId, createdAt: instant(world) };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The state names something that it does not hold");
  return value;
}
