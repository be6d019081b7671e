import * as z from "zod/mini";
import type { PageVersion } from "../ports-services.js";
import type { PageSource } from "./page-source.js";
import type { Get, Put } from "./request.js";

const Version = z.object({
  number: z.int(),
  message: z.nullish(z.string()),
  authorId: z.nullish(z.string()),
  createdAt: z.string(),
});
const Head = z.object({ status: z.string(), spaceId: z.coerce.string(), version: Version });
const Text = z.object({
  status: z.string(),
  title: z.string(),
  body: z.object({ storage: z.object({ value: z.string() }) }),
});
const Versions = z.object({
  results: z.array(Version),
  _links: z.optional(z.object({ next: z.optional(z.string()) })),
});
const Full = z.extend(Head, {
  title: z.string(),
  body: z.object({ storage: z.object({ value: z.string() }) }),
  _links: z.object({ webui: z.string() }),
});
const Spaces = z.object({
  results: z.array(z.object({ id: z.coerce.string(), key: z.string(), homepageId: z.nullish(z.coerce.string()) })),
});
const Pages = z.object({ results: z.array(z.object({ id: z.coerce.string() })) });
const Restriction = z.object({
  restrictions: z.object({
    user: z.optional(z.object({ results: z.array(z.unknown()) })),
    group: z.optional(z.object({ results: z.array(z.unknown()) })),
  }),
});

const readable = new Set(["current", "archived"]);

/** Pages of Confluence Cloud: REST v2, and v1 for the restrictions, which v2 does not know. */
export function cloudPages(get: Get, put: Put): PageSource {
  const findSpace = async (by: "ids" | "keys", value: string) => {
    const spaces = await get(`/wiki/api/v2/spaces?${new URLSearchParams({ [by]: value, limit: "1" })}`, Spaces);
    return spaces?.results[0] ?? null;
  };

  const keys = new Map<string, string>();
  const findKey = async (spaceId: string) => {
    const key = keys.get(spaceId) ?? (await findSpace("ids", spaceId))?.key ?? null;
    if (key !== null) keys.set(spaceId, key);
    return key;
  };

  const isRestricted = async (pageId: string) => {
    const path = `/wiki/rest/api/content/${pageId}/restriction/byOperation/read`;
    const read = await get(path, Restriction, "optional");
    // Who may see the page is unknown without an answer: then a person is asked before it is shown.
    if (read === null) return true;
    const { user, group } = read.restrictions;
    return (user?.results.length ?? 0) + (group?.results.length ?? 0) > 0;
  };

  return {
    async findPageId(place) {
      if ("homeOf" in place) return (await findSpace("keys", place.homeOf))?.homepageId ?? null;
      const space = await findSpace("keys", place.spaceKey);
      if (space === null) return null;
      const query = new URLSearchParams({ "space-id": space.id, title: place.title, limit: "1" });
      return (await get(`/wiki/api/v2/pages?${query}`, Pages))?.results[0]?.id ?? null;
    },

    async findHead(pageId) {
      const head = await get(`/wiki/api/v2/pages/${pageId}`, Head);
      if (head === null || !readable.has(head.status)) return null;
      const spaceKey = await findKey(head.spaceId);
      return spaceKey === null
        ? null
        : { spaceKey, isArchived: head.status === "archived", newest: toVersion(head.version) };
    },

    async findBody(pageId) {
      const page = await get(`/wiki/api/v2/pages/${pageId}?body-format=storage`, Full);
      if (page === null || !readable.has(page.status)) return null;
      const spaceKey = await findKey(page.spaceId);
      if (spaceKey === null) return null;
      const restricted = await isRestricted(pageId);
      const { number: version, createdAt: updatedAt, authorId } = toVersion(page.version);
      const { title, body, _links } = page;
      const path = `/wiki${_links.webui}`;
      return { spaceKey, title, version, body: body.storage.value, path, restricted, updatedAt, authorId };
    },

    async findText(pageId) {
      const page = await get(`/wiki/api/v2/pages/${pageId}?body-format=storage`, Text);
      return page?.status === "current" ? { title: page.title, body: page.body.storage.value } : null;
    },

    async findDraft(pageId) {
      const page = await get(`/wiki/api/v2/pages/${pageId}?get-draft=true&body-format=storage`, Text);
      return page === null ? null : { title: page.title, body: page.body.storage.value };
    },

    async listVersions(pageId, after, { newest }) {
      const limit = String(Math.min(Math.max(newest.number - after, 1), 250));
      const found: PageVersion[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const query: URLSearchParams = new URLSearchParams({
          sort: "-modified-date",
          limit,
          ...(cursor && { cursor }),
        });
        const versions = await get(`/wiki/api/v2/pages/${pageId}/versions?${query}`, Versions);
        if (versions === null) return null;
        found.push(...versions.results.map(toVersion));
        const isDone = versions.results.length === 0 || versions.results.some(({ number }) => number <= after);
        // Only the cursor is taken: the link is relative to another base than ours.
        cursor = isDone ? null : new URLSearchParams(versions._links?.next?.split("?")[1]).get("cursor");
      }
      return found.filter(({ number }) => number > after);
    },

    put: ({ pageId, from, title, body, message }) =>
      put(`/wiki/api/v2/pages/${pageId}`, {
        id: pageId,
        status: "current",
        title,
        body: { representation: "storage", value: body },
        version: { number: from + 1, message },
      }),
  };
}

const toVersion = ({ number, message, authorId, createdAt }: z.infer<typeof Version>): PageVersion => ({
  number,
  message: message ?? "",
  authorId: authorId ?? null,
  createdAt,
});
