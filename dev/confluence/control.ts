/** What people and tests do in the simulated Confluence. */
import { z } from "zod";
import { addFooterComment, addInlineComment, findComment } from "./comments.js";
import { allScopes, grantDirectly } from "./oauth.js";
import type { PageChangeEvent, Settings, StoredPage, User, World } from "./state.js";
import {
  addVersion,
  aUser,
  current,
  insertPage,
  instant,
  nextId,
  purgePage,
  setStatus,
  siteUrl,
  spaceOf,
  titleIsTaken,
  webPath,
} from "./state.js";
import { escapeXml } from "./storage.js";
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
    draftOfQuietPage: z.enum(["published_text", "none"]),
    draftOnUpdate: z.enum(["merged", "overwritten"]),
    forbiddenWrite: z.union([z.literal(403), z.literal(404)]),
    staleWrite: z.union([z.literal(409), z.literal(400)]),
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
/** The text, or what becomes of it; over HTTP only the text can be said. */
const BodyChange = z.union([z.string(), z.custom<(body: string) => string>((value) => typeof value === "function")]);
const Edit = z.object({
  id: z.string(),
  body: BodyChange.optional(),
  title: z.string().min(1).optional(),
  user: z.string().optional(),
  minor: z.boolean().optional(),
});
const Restriction = z.object({
  id: z.string(),
  users: z.array(z.string()).optional(),
  editors: z.array(z.string()).nullish(),
});
const OnPage = z.object({ id: z.string(), user: z.string().optional() });
const Move = OnPage.extend({ spaceKey: z.string() });
const Restoration = OnPage.extend({ version: z.number().int().positive() });
const Drafting = OnPage.extend({ body: BodyChange.optional(), title: z.string().min(1).optional() });
const Commenting = OnPage.extend({
  /** Plain words, or storage format. */
  body: z.string().min(1),
  /** The words of the page that it stands at; without them it stands under the page. */
  selection: z.string().min(1).optional(),
  /** The comment that it answers. */
  replyTo: z.string().optional(),
  /** The name of an app that writes it. */
  app: z.string().optional(),
});
const NewSpace = z.object({ key: z.string(), name: z.string() });

export function control(world: World, hooks: Webhooks, requests: () => LoggedRequest[]) {
  const { state } = world;

  /** By account id or the name before "@". The first user owns the tokens; people edit as the second unless they say who. */
  const user = (name: string): User => {
    const found = state.users.find((each) => each.accountId === name || each.username === name);
    return found ?? refuse(`There is no user ${name}`);
  };
  const appNamed = (name: string): User => {
    const known = state.users.find(({ isApp, displayName }) => isApp && displayName === name);
    if (known) return known;
    const made = { ...aUser(`app-${name.toLowerCase()}`, name), isApp: true };
    state.users.push(made);
    return made;
  };
  const page = (id: string): StoredPage => state.pages[id] ?? refuse(`There is no page ${id}`);

  const becomes = (input: z.input<typeof OnPage>, event: PageChangeEvent) => {
    const { id, user: author = "ben" } = OnPage.parse(input);
    setStatus(world, page(id), event, user(author).accountId);
  };

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
      const change = {
        ...(body !== undefined && { body: changed(body, current(edited).body) }),
        ...(title !== undefined && { title }),
      };
      addVersion(world, edited, { ...change, minorEdit: minor, authorId: user(author).accountId });
      return { version: current(edited).number };
    },
    renamePage(input: { id: string; title: string; user?: string }): { version: number } {
      const { id, title, user: author = "ben" } = Edit.parse(input);
      const renamed = page(id);
      if (title === undefined || titleIsTaken(world, renamed.spaceId, title, id)) refuse(`“${title}” is taken`);
      addVersion(world, renamed, { title, authorId: user(author).accountId });
      return { version: current(renamed).number };
    },
    /** An older version becomes the newest, as a version of its own. */
    restoreVersion(input: z.input<typeof Restoration>): { version: number } {
      const { id, version, user: author = "ben" } = Restoration.parse(input);
      const restored = page(id);
      const old =
        restored.versions.find(({ number }) => number === version) ?? refuse(`There is no version ${version}`);
      const message = `Reverted from v. ${version}`;
      addVersion(world, restored, { title: old.title, body: old.body, message, authorId: user(author).accountId });
      return { version: current(restored).number };
    },
    /** Begins to edit, or goes on: the draft of all who edit the page together. */
    openDraft(input: z.input<typeof Drafting>): void {
      const { id, body, title, user: author = "ben" } = Drafting.parse(input);
      const edited = page(id);
      const { number: baseVersion, ...published } = current(edited);
      const before = edited.draft ?? published;
      edited.draft = {
        title: title ?? before.title,
        body: body === undefined ? before.body : changed(body, before.body),
        authorId: user(author).accountId,
        createdAt: instant(world),
        baseVersion,
      };
      world.save();
    },
    publishDraft(input: z.input<typeof OnPage>): { version: number } {
      const { id, user: author = "ben" } = OnPage.parse(input);
      const edited = page(id);
      const { title, body } = edited.draft ?? refuse(`Nobody has a draft of page ${id}`);
      edited.draft = null;
      addVersion(world, edited, { title, body, authorId: user(author).accountId });
      return { version: current(edited).number };
    },
    discardDraft(input: { id: string }): void {
      page(input.id).draft = null;
      world.save();
    },
    /**
     * Only `users` may view it, the owner of the tokens where none is named; an empty list lifts the restriction. With `editors`, only who
     * may edit it changes: nobody else, or everybody for null.
     */
    restrictPage(input: z.input<typeof Restriction>): void {
      const { id, users, editors } = Restriction.parse(input);
      const restricted = page(id);
      const ids = (names: string[]) => names.map((name) => user(name).accountId);
      if (editors !== undefined) restricted.editors = editors === null ? undefined : ids(editors);
      if (users !== undefined || editors === undefined) restricted.readers = ids(users ?? ["ada"]);
      world.save();
      world.changed({ page: restricted, event: "permissions_updated", authorId: user("ben").accountId });
    },
    comment(input: z.input<typeof Commenting>): { id: string } {
      const { id, body: words, selection, replyTo, user: author = "ben", app } = Commenting.parse(input);
      const commented = page(id);
      const parent = commented.comments.find((comment) => comment.id === replyTo);
      if (replyTo !== undefined && !parent) refuse(`There is no comment ${replyTo} on page ${id}`);
      const body = words.startsWith("<") ? words : `<p>${escapeXml(words)}</p>`;
      const { accountId: authorId } = app === undefined ? user(author) : appNamed(app);
      const comment = { body, authorId, ...(parent && { parent }) };
      const made =
        selection !== undefined || parent?.kind === "inline"
          ? addInlineComment(world, commented, comment, { selection: selection ?? "", matchIndex: 0 })
          : addFooterComment(world, commented, comment);
      return { id: (made ?? refuse(`Page ${id} does not say “${selection}”`)).id };
    },
    editComment({ comment: id, body }: { comment: string; body: string }): void {
      const { comment } = findComment(world, id) ?? refuse(`There is no comment ${id}`);
      Object.assign(comment, {
        body: `<p>${escapeXml(body)}</p>`,
        edits: (comment.edits ?? 0) + 1,
        editedAt: instant(world),
      });
      world.save();
    },
    removeComment({ comment: id }: { comment: string }): void {
      const { page: commented } = findComment(world, id) ?? refuse(`There is no comment ${id}`);
      commented.comments = commented.comments.filter((comment) => comment.id !== id && comment.parentId !== id);
      world.save();
    },
    /** Into the trash. */
    removePage(input: z.input<typeof OnPage>): void {
      becomes(input, "trashed");
    },
    /** Out of the trash. */
    restorePage(input: z.input<typeof OnPage>): void {
      if (page(input.id).status !== "trashed") refuse(`Page ${input.id} is not in the trash`);
      becomes(input, "restored");
    },
    /** For good. */
    deletePage(input: z.input<typeof OnPage>): void {
      const { id, user: author = "ben" } = OnPage.parse(input);
      purgePage(world, page(id), user(author).accountId);
    },
    archivePage(input: z.input<typeof OnPage>): void {
      becomes(input, "archived");
    },
    unarchivePage(input: z.input<typeof OnPage>): void {
      becomes(input, "unarchived");
    },
    /** Into another space. */
    movePage(input: z.input<typeof Move>): void {
      const { id, spaceKey, user: author = "ben" } = Move.parse(input);
      const space = state.spaces.find(({ key }) => key === spaceKey) ?? refuse(`There is no space ${spaceKey}`);
      const moved = page(id);
      if (titleIsTaken(world, space.id, current(moved).title, id)) refuse(`${spaceKey} has such a page`);
      moved.spaceId = space.id;
      world.save();
      world.changed({ page: moved, event: "moved", authorId: user(author).accountId });
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
      const { status, readers, editors = null, draft = null, properties, comments, versions } = found;
      const url = `${siteUrl(world)}/wiki${webPath(world, found)}`;
      const spaceKey = spaceOf(world, found).key;
      const shown = { id: found.id, url, spaceKey, status, title, body, version: number, message, authorId };
      return structuredClone({ ...shown, readers, editors, draft, properties, comments, versions });
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
    /** Every consent that was given goes on without this scope. */
    withdrawScope({ scope }: { scope: string }): void {
      for (const grant of state.grants)
        grant.scope = grant.scope
          .split(" ")
          .filter((each) => each !== scope)
          .join(" ");
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
    testWebhook: () => hooks.test(),
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

const changed = (change: z.infer<typeof BodyChange>, body: string) =>
  typeof change === "string" ? change : change(body);

function refuse(message: string): never {
  throw new Error(message);
}
