/** What people and tests do in the simulated Confluence. */
import { z } from "zod";
import { allScopes, grantDirectly } from "./oauth.js";
import type { Settings, StoredPage, User, World } from "./state.js";
import {
  addVersion,
  current,
  insertPage,
  nextId,
  siteUrl,
  spaceOf,
  titleIsTaken,
  trashPage,
  webPath,
} from "./state.js";
import type { Webhooks } from "./webhooks.js";

/** One answered request. `operation` is what faults are named by: method and path as on a site of its own. */
export type LoggedRequest = { at: string; operation: string; method: string; path: string; status: number };

export const SettingsChange = z
  .object({
    client: z.object({ id: z.string(), secret: z.string() }),
    consent: z.enum(["accept", "deny"]),
    refreshReuseWindow: z.enum(["none", "ten_minutes"]),
    accessTokenSeconds: z.number().int().positive(),
    pointsPerHour: z.number().int().nonnegative(),
    reserialize: z.boolean(),
    webhooks: z.object({
      forge: z.object({ url: z.url(), appId: z.string() }).optional(),
      automation: z.object({ url: z.url(), header: z.string(), secret: z.string() }).optional(),
      dataCenter: z.object({ url: z.url(), secret: z.string() }).optional(),
    }),
    webhookRetryMs: z.number().nonnegative(),
  })
  .partial()
  .strict();
const NewPage = z.object({
  spaceKey: z.string(),
  title: z.string().min(1),
  body: z.string(),
  id: z
    .string()
    .regex(/^[1-9]\d*$/)
    .optional(),
  user: z.string().optional(),
});
const Edit = z.object({
  id: z.string(),
  body: z.string().optional(),
  title: z.string().min(1).optional(),
  user: z.string().optional(),
  minor: z.boolean().optional(),
});
const Restriction = z.object({ id: z.string(), users: z.array(z.string()).optional() });
const NewSpace = z.object({ key: z.string(), name: z.string() });

export function control(world: World, hooks: Webhooks, requests: () => LoggedRequest[]) {
  const { state } = world;

  /** By account id or the name before "@". The first user owns the tokens; people edit as the second unless they say who. */
  const user = (name: string): User => {
    const found = state.users.find((each) => each.accountId === name || each.username === name);
    return found ?? refuse(`There is no user ${name}`);
  };
  const page = (id: string): StoredPage => state.pages[id] ?? refuse(`There is no page ${id}`);

  return {
    /** The body is kept to the byte: it is what the page's author left behind. */
    createPage(input: z.input<typeof NewPage>): { id: string; url: string } {
      const { spaceKey, title, body, id, user: author = "ben" } = NewPage.parse(input);
      const space = state.spaces.find((each) => each.key === spaceKey) ?? refuse(`There is no space ${spaceKey}`);
      if (id !== undefined && state.pages[id] !== undefined) refuse(`Page ${id} exists`);
      if (titleIsTaken(world, space.id, title)) refuse(`${spaceKey} has a page “${title}”`);
      const made = insertPage(world, { id, spaceId: space.id, title, body, authorId: user(author).accountId });
      return { id: made.id, url: `${siteUrl(world)}/wiki${webPath(world, made)}` };
    },
    editPage(input: z.input<typeof Edit>): { version: number } {
      const { id, body, title, user: author = "ben", minor = false } = Edit.parse(input);
      const edited = page(id);
      const change = { ...(body !== undefined && { body }), ...(title !== undefined && { title }) };
      addVersion(world, edited, { ...change, minorEdit: minor, authorId: user(author).accountId });
      return { version: current(edited).number };
    },
    /** Only these users may view it, the owner of the tokens where none is named; an empty list lifts the restriction. */
    restrictPage(input: z.input<typeof Restriction>): void {
      const { id, users = ["ada"] } = Restriction.parse(input);
      page(id).readers = users.map((name) => user(name).accountId);
      world.save();
    },
    removePage(input: { id: string }): void {
      trashPage(world, page(input.id), user("ben").accountId);
    },
    createSpace(input: z.input<typeof NewSpace>): { id: string } {
      const { key, name } = NewSpace.parse(input);
      if (state.spaces.some((each) => each.key === key)) refuse(`Space ${key} exists`);
      const authorId = user("ben").accountId;
      const space = { id: nextId(world), key, name, homepageId: "" };
      state.spaces.push(space);
      space.homepageId = insertPage(world, { spaceId: space.id, title: `${name} Home`, body: "<p />", authorId }).id;
      return { id: space.id };
    },
    page(input: { id: string }) {
      const found = page(input.id);
      const { number, title, body, message, authorId } = current(found);
      const { status, readers, properties, comments, versions } = found;
      const url = `${siteUrl(world)}/wiki${webPath(world, found)}`;
      const spaceKey = spaceOf(world, found).key;
      const shown = { id: found.id, url, spaceKey, status, title, body, version: number, message, authorId };
      return structuredClone({ ...shown, readers, properties, comments, versions });
    },
    /** What a person's consent gives, without the browser. */
    grant(input: { scope?: string } = {}) {
      const scope = input.scope ?? allScopes;
      return { ...grantDirectly(world, scope), cloudId: state.cloudId, scope };
    },
    /** The person withdraws every consent. */
    revokeGrants(): void {
      for (const grant of state.grants) grant.revoked = true;
      world.save();
    },
    expireAccessTokens(): void {
      for (const grant of state.grants) grant.access = [];
      world.save();
    },
    configure(input: Partial<Settings>): Settings {
      Object.assign(state.settings, SettingsChange.parse(input));
      world.save();
      return structuredClone(state.settings);
    },
    requests: () => requests(),
    deliveries: () => hooks.deliveries(),
    /** Answers when no webhook is on its way. */
    idle: () => hooks.idle(),
    state() {
      const { cloudId, users, spaces, pages, settings, dataCenterWebhooks } = state;
      return structuredClone({ siteUrl: siteUrl(world), cloudId, users, spaces, pages, settings, dataCenterWebhooks });
    },
  };
}

export type ConfluenceControl = ReturnType<typeof control>;

function refuse(message: string): never {
  throw new Error(message);
}
