/** The properties of a page in Cloud's REST v2. */
import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "./pages-v2.js";
import { notFoundV2, paged, readBody, refuseV2 } from "./replies.js";
import type { Property, World } from "./state.js";
import { findPage, nextId } from "./state.js";

const maxPropertyBytes = 32 * 1024;
const NewProperty = z.object({ key: z.string().min(1).max(255), value: z.unknown() });
const ChangedProperty = NewProperty.extend({ version: z.object({ number: z.number().int() }) });

export function propertiesV2(world: World): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const page = (c: Context<ApiEnv>) => findPage(world, c.req.param("id"), c.env.user);
  const invalid = (message: string) => refuseV2(400, "INVALID_REQUEST_PARAMETER", message);
  const conflict = (title: string) => refuseV2(409, "CONFLICT", title);

  app.get("/pages/:id/properties", (c) => {
    const key = c.req.query("key");
    const properties = page(c)?.properties.filter((property) => key === undefined || property.key === key);
    return properties ? c.json(paged(new URL(c.req.url), properties.map(toProperty))) : notFoundV2("Page");
  });

  app.post("/pages/:id/properties", async (c) => {
    const input = await readBody(c.req.raw, NewProperty, invalid);
    if (input instanceof Response) return input;
    const found = page(c);
    if (found === undefined) return notFoundV2("Page");
    if (isTooLarge(input.value)) return invalid("The value of a property is at most 32 KB");
    if (found.properties.some((property) => property.key === input.key)) return conflict("The key exists");
    const property = { id: nextId(world), key: input.key, value: input.value, version: 1 };
    found.properties.push(property);
    world.save();
    return c.json(toProperty(property));
  });

  app.get("/pages/:id/properties/:property", (c) => {
    const property = page(c)?.properties.find((each) => each.id === c.req.param("property"));
    return property === undefined ? notFoundV2("Property") : c.json(toProperty(property));
  });

  app.put("/pages/:id/properties/:property", async (c) => {
    const input = await readBody(c.req.raw, ChangedProperty, invalid);
    if (input instanceof Response) return input;
    const property = page(c)?.properties.find((each) => each.id === c.req.param("property"));
    if (property === undefined) return notFoundV2("Property");
    if (isTooLarge(input.value)) return invalid("The value of a property is at most 32 KB");
    if (input.version.number !== property.version + 1) return conflict(`Current version: [${property.version}]`);
    Object.assign(property, { key: input.key, value: input.value, version: input.version.number });
    world.save();
    return c.json(toProperty(property));
  });

  app.delete("/pages/:id/properties/:property", (c) => {
    const found = page(c);
    const at = found?.properties.findIndex((each) => each.id === c.req.param("property")) ?? -1;
    if (found === undefined || at < 0) return notFoundV2("Property");
    found.properties.splice(at, 1);
    world.save();
    return c.body(null, 204);
  });

  return app;
}

const isTooLarge = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? "") > maxPropertyBytes;

const toProperty = ({ version, ...property }: Property) => ({ ...property, version: { number: version } });
