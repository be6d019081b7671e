/** REST v1: Data Center's face of the pages (`/rest/api/…`), and what of it is left on Cloud (`/wiki/rest/api/…`). */
import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { toTinyCode } from "../../lib/domain/page-address.js";
import { type ApiEnv, draftOf, maxBodyBytes } from "./pages-v2.js";
import { notFoundV1, readBody, refuseV1 } from "./replies.js";
import type { PageVersion, Property, StoredPage, World } from "./state.js";
import {
  addVersion,
  current,
  findPage,
  findReadable,
  isVisible,
  mayEdit,
  nextId,
  siteUrl,
  spaceOf,
  titleIsTaken,
  trashPage,
  userOf,
  webPath,
} from "./state.js";
import { reserialize, storageError } from "./storage.js";

const Update = z.object({
  id: z.coerce.string().optional(),
  type: z.literal("page"),
  title: z.string().min(1).max(255),
  version: z.object({
    number: z.number().int(),
    message: z.string().optional(),
    minorEdit: z.boolean().optional(),
  }),
  body: z.object({ storage: z.object({ value: z.string(), representation: z.literal("storage") }) }).optional(),
});
const NewProperty = z.object({ key: z.string().min(1), value: z.unknown() });
const ChangedProperty = z.object({ value: z.unknown(), version: z.object({ number: z.number().int() }) });
const Registration = z.object({
  name: z.string(),
  url: z.url(),
  events: z.array(z.string()).min(1),
  active: z.boolean().optional(),
  configuration: z.object({ secret: z.string().optional() }).optional(),
});

/** The restrictions of a page: the one reading that Cloud still has in v1 only. */
export function restrictionsV1(world: World): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get("/content/:id/restriction/byOperation/read", (c) => {
    const page = findReadable(world, c.req.param("id"), c.env.user);
    return page === undefined ? notFoundV1(c.req.param("id")) : c.json(toRestriction(world, page));
  });
  return app;
}

export function contentV1(world: World): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const page = (c: Context<ApiEnv>) => findPage(world, c.req.param("id"), c.env.user);
  const invalid = (message: string) => refuseV1(400, message);
  const missing = (c: Context<ApiEnv>) => notFoundV1(c.req.param("id") ?? "");
  const show = (c: Context<ApiEnv>, found: StoredPage, version: PageVersion) =>
    c.json(toContent(world, found, version, c.req.query("expand") ?? ""));

  app.get("/content", (c) => {
    const [spaceKey, title] = [c.req.query("spaceKey"), c.req.query("title")];
    const wanted = Object.values(world.state.pages).filter(
      (each) =>
        isVisible(each, c.env.user) &&
        (spaceKey === undefined || spaceOf(world, each).key === spaceKey) &&
        (title === undefined || current(each).title === title),
    );
    const expand = c.req.query("expand") ?? "";
    return c.json(
      listed(
        c,
        wanted.map((each) => toContent(world, each, current(each), expand)),
      ),
    );
  });

  app.get("/content/:id", (c) => {
    const found = page(c);
    if (found === undefined) return missing(c);
    const status = c.req.query("status") ?? "current";
    if (status === "draft") {
      const draft = draftOf(world, found);
      const expand = c.req.query("expand") ?? "";
      return draft === null ? missing(c) : c.json({ ...toContent(world, found, draft, expand), status: "draft" });
    }
    // An older version is found only by who says that it is history.
    const number = Number(status === "historical" ? c.req.query("version") : current(found).number);
    const version = found.versions.find((each) => each.number === number);
    return version === undefined ? missing(c) : show(c, found, version);
  });

  app.put("/content/:id", async (c) => {
    const input = await readBody(c.req.raw, Update, invalid);
    if (input instanceof Response) return input;
    const found = page(c);
    if (found === undefined) return missing(c);
    if (!mayEdit(found, c.env.user))
      return refuseV1(403, `User not permitted to update content with id: ContentId{id=${found.id}}`);
    const { number } = current(found);
    if (input.version.number !== number + 1)
      return refuseV1(409, `Version must be incremented on update. Current version is: ${number}`);
    const body = input.body?.storage.value ?? current(found).body;
    if (Buffer.byteLength(body) > maxBodyBytes) return refuseV1(413, "The body is too large");
    const error = storageError(body);
    if (error !== null) return invalid(error);
    if (titleIsTaken(world, found.spaceId, input.title, found.id))
      return invalid("A page with this title already exists in this space");
    const kept = world.state.settings.reserialize ? reserialize(body) : body;
    addVersion(world, found, { ...input.version, title: input.title, body: kept, authorId: c.env.user.accountId });
    return show(c, found, current(found));
  });

  app.delete("/content/:id", (c) => {
    const found = page(c);
    if (found === undefined) return missing(c);
    trashPage(world, found, c.env.user.accountId);
    return c.body(null, 204);
  });

  app.get("/content/:id/property/:key", (c) => {
    const property = page(c)?.properties.find((each) => each.key === c.req.param("key"));
    return property === undefined ? missing(c) : c.json(toProperty(property));
  });

  app.post("/content/:id/property", async (c) => {
    const input = await readBody(c.req.raw, NewProperty, invalid);
    if (input instanceof Response) return input;
    const found = page(c);
    if (found === undefined) return missing(c);
    if (found.properties.some((each) => each.key === input.key)) return refuseV1(409, "The property exists");
    if (isTooLarge(input.value)) return refuseV1(413, "The value of the property is too large");
    const property = { id: nextId(world), key: input.key, value: input.value, version: 1 };
    found.properties.push(property);
    world.save();
    return c.json(toProperty(property));
  });

  app.put("/content/:id/property/:key", async (c) => {
    const input = await readBody(c.req.raw, ChangedProperty, invalid);
    if (input instanceof Response) return input;
    const property = page(c)?.properties.find((each) => each.key === c.req.param("key"));
    if (property === undefined) return missing(c);
    if (isTooLarge(input.value)) return refuseV1(413, "The value of the property is too large");
    if (input.version.number !== property.version + 1) return refuseV1(409, `Current version is: ${property.version}`);
    Object.assign(property, { value: input.value, version: input.version.number });
    world.save();
    return c.json(toProperty(property));
  });

  app.get("/space", (c) => {
    const keys = c.req.queries("spaceKey");
    const spaces = world.state.spaces.filter((space) => keys === undefined || keys.includes(space.key));
    return c.json(
      listed(
        c,
        spaces.map((space) => ({ id: Number(space.id), key: space.key, name: space.name })),
      ),
    );
  });

  app.get("/space/:key", (c) => {
    const space = world.state.spaces.find((each) => each.key === c.req.param("key"));
    if (space === undefined) return refuseV1(404, `No space found with key : ${c.req.param("key")}`);
    const { id, key, name, homepageId } = space;
    const homepage = c.req.query("expand")?.includes("homepage") && { homepage: { id: homepageId, type: "page" } };
    return c.json({ id: Number(id), key, name, type: "global", ...homepage });
  });

  app.post("/webhooks", async (c) => {
    const input = await readBody(c.req.raw, Registration, invalid);
    if (input instanceof Response) return input;
    const { name, url, events, configuration } = input;
    const registered = { id: Number(nextId(world)), name, url, events, secret: configuration?.secret ?? null };
    world.state.dataCenterWebhooks.push(registered);
    world.save();
    return c.json({ id: registered.id, name, url, events, active: true }, 201);
  });

  app.delete("/webhooks/:id", (c) => {
    const { state } = world;
    state.dataCenterWebhooks = state.dataCenterWebhooks.filter((each) => each.id !== Number(c.req.param("id")));
    world.save();
    return c.body(null, 204);
  });

  return app;
}

const isTooLarge = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? "") > 32 * 1024;
const toProperty = ({ version, ...property }: Property) => ({ ...property, version: { number: version } });

function listed<T>(c: Context<ApiEnv>, all: T[]) {
  const start = Number(c.req.query("start") ?? 0) || 0;
  const limit = Math.min(Number(c.req.query("limit") ?? 25) || 25, 1000);
  const results = all.slice(start, start + limit);
  const next = start + limit < all.length && { next: `${c.req.path}?start=${start + limit}&limit=${limit}` };
  return { results, start, limit, size: results.length, _links: { ...next } };
}

function toRestriction(world: World, page: StoredPage) {
  const results = page.readers.map((accountId) => {
    const { userKey, username, displayName } = userOf(world, accountId);
    return { type: "known", accountId, userKey, username, displayName };
  });
  const size = results.length;
  const user = { results, start: 0, limit: 200, size };
  return { operation: "read", restrictions: { user, group: { results: [], start: 0, limit: 200, size: 0 } } };
}

function toVersion(world: World, { number, message, minorEdit, createdAt, authorId }: PageVersion) {
  const { username, userKey, displayName } = userOf(world, authorId);
  return { by: { type: "known", username, userKey, displayName }, when: createdAt, number, message, minorEdit };
}

/** Only what `expand` names is shown, as on Data Center. */
function toContent(world: World, page: StoredPage, version: PageVersion, expand: string) {
  const expanded = expand.split(",").map((each) => each.trim());
  const has = (name: string) => expanded.some((each) => each === name || each.startsWith(`${name}.`));
  const { key, id, name } = spaceOf(world, page);
  return {
    id: page.id,
    type: "page",
    status: version === current(page) ? "current" : "historical",
    title: version.title,
    ...(has("space") && { space: { id: Number(id), key, name, type: "global" } }),
    ...(has("version") && { version: toVersion(world, version) }),
    ...(has("body.storage") && { body: { storage: { value: version.body, representation: "storage" } } }),
    ...(has("restrictions.read") && { restrictions: { read: toRestriction(world, page) } }),
    _links: { webui: webPath(world, page), tinyui: `/x/${toTinyCode(page.id)}`, base: siteUrl(world), context: "" },
  };
}
