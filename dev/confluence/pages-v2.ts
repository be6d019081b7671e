/** Cloud's REST v2 of pages and spaces. */
import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { toTinyCode } from "../../lib/domain/page-address.js";
import { toAdf } from "./adf.js";
import { notFoundV2, paged, readBody, refuseV2 } from "./replies.js";
import type { PageVersion, StoredPage, User, World } from "./state.js";
import {
  addVersion,
  current,
  findPage,
  findReadable,
  insertPage,
  isVisible,
  mayEdit,
  siteUrl,
  spaceOf,
  titleIsTaken,
  trashPage,
  webPath,
} from "./state.js";
import { reserialize, storageError } from "./storage.js";

export type ApiEnv = { Bindings: { user: User } };

export const maxBodyBytes = 5 * 1024 * 1024;
const Body = z.object({ representation: z.string(), value: z.string() });
const Update = z.object({
  id: z.coerce.string(),
  status: z.enum(["current", "draft"]),
  title: z.string().min(1).max(255),
  body: Body,
  spaceId: z.coerce.string().optional(),
  version: z.object({
    number: z.number().int(),
    message: z.string().optional(),
    minorEdit: z.boolean().optional(),
  }),
});
const Creation = z.object({ spaceId: z.coerce.string(), title: z.string().min(1).max(255), body: Body });

export function pagesV2(world: World): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const page = (c: Context<ApiEnv>) => findPage(world, c.req.param("id"), c.env.user);
  const invalid = (message: string) => refuseV2(400, "INVALID_REQUEST_PARAMETER", message);

  app.get("/pages", (c) => {
    const query = c.req.queries.bind(c.req);
    const wanted = Object.values(world.state.pages).filter(
      (candidate) =>
        isVisible(candidate, c.env.user) &&
        among(list(query("space-id")), candidate.spaceId) &&
        among(list(query("id")), candidate.id) &&
        among(query("title"), current(candidate).title),
    );
    return c.json(
      paged(
        new URL(c.req.url),
        wanted.map((each) => toPage(world, each, current(each), null)),
      ),
    );
  });

  app.post("/pages", async (c) => {
    const input = await readBody(c.req.raw, Creation, invalid);
    if (input instanceof Response) return input;
    if (!world.state.spaces.some((space) => space.id === input.spaceId)) return notFoundV2("Space");
    const body = savedBody(world, input.body);
    if (body instanceof Response) return body;
    if (titleIsTaken(world, input.spaceId, input.title)) return titleTaken();
    const made = insertPage(world, { ...input, body, authorId: c.env.user.accountId });
    return c.json(toPage(world, made, current(made), "storage"));
  });

  app.get("/pages/:id", (c) => {
    const format = c.req.query("body-format") ?? null;
    const found = findReadable(world, c.req.param("id"), c.env.user);
    if (found === undefined) return notFoundV2("Page");
    if (format !== null && !bodyFormats.has(format)) return invalid(`body-format ${format} is not simulated`);
    if (c.req.query("get-draft") === "true") {
      const draft = draftOf(world, found);
      return draft === null ? notFoundV2("Draft") : c.json({ ...toPage(world, found, draft, format), status: "draft" });
    }
    const number = c.req.query("version");
    const version = number === undefined ? current(found) : found.versions.find((v) => v.number === Number(number));
    return version === undefined ? notFoundV2("Version") : c.json(toPage(world, found, version, format));
  });

  app.put("/pages/:id", async (c) => {
    const input = await readBody(c.req.raw, Update, invalid);
    if (input instanceof Response) return input;
    const found = findReadable(world, c.req.param("id"), c.env.user);
    if (found === undefined) return notFoundV2("Page");
    if (found.status === "archived") return invalid("Archived content cannot be edited");
    if (!mayEdit(found, c.env.user)) return forbidden(world);
    if (input.id !== found.id) return invalid("The id of the body is not the id of the path");
    if (input.spaceId !== undefined && input.spaceId !== found.spaceId)
      return invalid("A page cannot be moved to another space");
    if (input.version.number !== current(found).number + 1) return stale(world, found, input.version.number);
    const body = savedBody(world, input.body);
    if (body instanceof Response) return body;
    if (titleIsTaken(world, found.spaceId, input.title, found.id)) return titleTaken();
    const { title, version } = input;
    addVersion(world, found, { ...version, title, body, authorId: c.env.user.accountId });
    return c.json(toPage(world, found, current(found), "storage"));
  });

  app.delete("/pages/:id", (c) => {
    const found = page(c);
    if (found === undefined) return notFoundV2("Page");
    trashPage(world, found, c.env.user.accountId);
    return c.body(null, 204);
  });

  app.put("/pages/:id/title", async (c) => {
    const input = await readBody(c.req.raw, Update.pick({ status: true, title: true }), invalid);
    if (input instanceof Response) return input;
    const found = page(c);
    if (found === undefined) return notFoundV2("Page");
    if (!mayEdit(found, c.env.user)) return forbidden(world);
    if (titleIsTaken(world, found.spaceId, input.title, found.id)) return titleTaken();
    addVersion(world, found, { title: input.title, authorId: c.env.user.accountId });
    return c.json(toPage(world, found, current(found), null));
  });

  app.get("/pages/:id/versions", (c) => {
    const found = findReadable(world, c.req.param("id"), c.env.user);
    if (found === undefined) return notFoundV2("Page");
    const format = c.req.query("body-format") ?? null;
    const newestFirst = found.versions.toReversed().map((version) => ({
      ...toVersion(version),
      ...(format && { page: { id: found.id, title: version.title, body: toBody(version, format) } }),
    }));
    const sorted = c.req.query("sort") === "modified-date" ? newestFirst.toReversed() : newestFirst;
    return c.json(paged(new URL(c.req.url), sorted));
  });

  app.get("/pages/:id/versions/:number", (c) => {
    const found = page(c);
    const version = found?.versions.find((each) => each.number === Number(c.req.param("number")));
    if (found === undefined || version === undefined) return notFoundV2("Version");
    const details = { contentTypeModified: false, collaborators: [version.authorId], prevVersion: version.number - 1 };
    return c.json({ ...toVersion(version), ...details });
  });

  app.get("/spaces", (c) => {
    const [ids, keys] = [list(c.req.queries("ids")), list(c.req.queries("keys"))];
    const spaces = world.state.spaces.filter((space) => among(ids, space.id) && among(keys, space.key));
    return c.json(paged(new URL(c.req.url), spaces.map(toSpace)));
  });

  app.get("/spaces/:id", (c) => {
    const space = world.state.spaces.find((each) => each.id === c.req.param("id"));
    return space === undefined ? notFoundV2("Space") : c.json(toSpace(space));
  });

  app.post("/users-bulk", async (c) => {
    const input = await readBody(c.req.raw, z.object({ accountIds: z.array(z.string()).max(250) }), invalid);
    if (input instanceof Response) return input;
    const users = world.state.users.filter((user) => input.accountIds.includes(user.accountId));
    const results = users.map(({ accountId, displayName, email, isApp = false }) => ({
      accountId,
      accountType: isApp ? "app" : "atlassian",
      displayName,
      email,
    }));
    return c.json({ results });
  });

  return app;
}

/** A draft looks like a version that has no number of its own yet. */
export function draftOf(world: World, page: StoredPage): PageVersion | null {
  const { draft } = page;
  if (draft) return { ...current(page), ...draft, number: draft.baseVersion, message: "", minorEdit: false };
  return world.state.settings.draftOfQuietPage === "published_text" ? { ...current(page), message: "" } : null;
}

const bodyFormats = new Set(["storage", "atlas_doc_format", "view"]);
const among = (wanted: string[] | undefined, value: string) => wanted === undefined || wanted.includes(value);
/** Both `ids=1,2` and `ids=1&ids=2` are in use. */
const list = (values: string[] | undefined) => values?.flatMap((value) => value.split(","));

/** The body as it is kept, or why it is refused. */
function savedBody(world: World, body: z.infer<typeof Body>): string | Response {
  if (Buffer.byteLength(body.value) > maxBodyBytes) return refuseV2(413, "REQUEST_TOO_LARGE", "The body is too large");
  if (body.representation !== "storage")
    return refuseV2(400, "INVALID_REQUEST_PARAMETER", `Writing ${body.representation} is not simulated`);
  const error = storageError(body.value);
  if (error !== null) return refuseV2(400, "INVALID_REQUEST_PARAMETER", error);
  return world.state.settings.reserialize ? reserialize(body.value) : body.value;
}

function forbidden(world: World): Response {
  const status = world.state.settings.forbiddenWrite;
  return status === 404 ? notFoundV2("Page") : refuseV2(403, "FORBIDDEN", "The user may not edit this page");
}

function stale(world: World, page: StoredPage, provided: number): Response {
  const title = `Version must be incremented when updating a page. Current Version: [${current(page).number}]. Provided version: [${provided}]`;
  const status = world.state.settings.staleWrite;
  return refuseV2(status, status === 409 ? "CONFLICT" : "INVALID_REQUEST_PARAMETER", title);
}

const titleTaken = () =>
  refuseV2(400, "INVALID_REQUEST_PARAMETER", "A page with this title already exists in this space");

const toVersion = ({ number, message, minorEdit, authorId, createdAt }: PageVersion) => ({
  number,
  message,
  minorEdit,
  authorId,
  createdAt,
});

const toSpace = (space: { id: string; key: string; name: string; homepageId: string }) => ({
  ...space,
  type: space.key.startsWith("~") ? "personal" : "global",
  status: "current",
  _links: { webui: `/spaces/${space.key}` },
});

function toBody(version: PageVersion, format: string) {
  const value = format === "atlas_doc_format" ? JSON.stringify(toAdf(version.body)) : version.body;
  return { [format]: { representation: format, value } };
}

function toPage(world: World, page: StoredPage, version: PageVersion, format: string | null) {
  const webui = webPath(world, page);
  const first = page.versions[0];
  return {
    id: page.id,
    status: version === current(page) ? page.status : "historical",
    title: version.title,
    spaceId: page.spaceId,
    parentId: spaceOf(world, page).homepageId === page.id ? null : spaceOf(world, page).homepageId,
    parentType: "page",
    position: 0,
    authorId: first.authorId,
    ownerId: first.authorId,
    lastOwnerId: null,
    createdAt: first.createdAt,
    version: toVersion(version),
    body: format === null ? {} : toBody(version, format),
    _links: { webui, editui: webui, tinyui: `/x/${toTinyCode(page.id)}`, base: `${siteUrl(world)}/wiki` },
  };
}
