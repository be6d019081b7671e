import * as z from "zod/mini";
import type { PageVersion } from "../ports-services.js";
import type { PageSource } from "./page-source.js";
import type { Get, Put } from "./request.js";

const Version = z.object({
  number: z.int(),
  message: z.nullish(z.string()),
  when: z.string(),
  by: z.nullish(z.object({ userKey: z.nullish(z.string()), username: z.nullish(z.string()) })),
});
const Versioned = z.object({ version: Version });
const Head = z.object({
  type: z.string(),
  status: z.optional(z.string()),
  space: z.object({ key: z.string() }),
  version: Version,
});
const Text = z.object({ title: z.string(), body: z.object({ storage: z.object({ value: z.string() }) }) });
const Readers = z.optional(z.object({ results: z.array(z.unknown()) }));
const Full = z.extend(Head, {
  title: z.string(),
  body: z.object({ storage: z.object({ value: z.string() }) }),
  restrictions: z.optional(
    z.object({ read: z.optional(z.object({ restrictions: z.object({ user: Readers, group: Readers }) })) }),
  ),
  _links: z.object({ webui: z.string() }),
});
const Contents = z.object({ results: z.array(z.object({ id: z.coerce.string() })) });
const Space = z.object({ homepage: z.nullish(z.object({ id: z.coerce.string() })) });

const whole = "body.storage,version,space,restrictions.read.restrictions.user,restrictions.read.restrictions.group";

/** Pages of Confluence Data Center: REST v1. */
export function dataCenterPages(get: Get, put: Put): PageSource {
  return {
    async findPageId(place) {
      if ("homeOf" in place) {
        const space = await get(`/rest/api/space/${encodeURIComponent(place.homeOf)}?expand=homepage`, Space);
        return space?.homepage?.id ?? null;
      }
      const query = new URLSearchParams({ spaceKey: place.spaceKey, title: place.title, type: "page", limit: "1" });
      return (await get(`/rest/api/content?${query}`, Contents))?.results[0]?.id ?? null;
    },

    async findHead(pageId) {
      const head = await get(`/rest/api/content/${pageId}?expand=space,version`, Head);
      if (head === null || !isReadable(head)) return null;
      return { spaceKey: head.space.key, isArchived: false, newest: toVersion(head.version) };
    },

    async findBody(pageId) {
      const page = await get(`/rest/api/content/${pageId}?expand=${whole}`, Full);
      if (page === null || !isReadable(page)) return null;
      const { title, body, space, _links } = page;
      const { number: version, createdAt: updatedAt, authorId } = toVersion(page.version);
      const readers = page.restrictions?.read?.restrictions;
      // Without an answer who may see the page is unknown: then a person is asked before it is shown.
      const count = (readers?.user?.results.length ?? 0) + (readers?.group?.results.length ?? 0);
      const restricted = readers === undefined || count > 0;
      const path = _links.webui;
      const { key: spaceKey } = space;
      return { spaceKey, title, version, body: body.storage.value, path, restricted, updatedAt, authorId };
    },

    findText: async (pageId) => toText(await get(`/rest/api/content/${pageId}?expand=body.storage`, Text)),
    findDraft: async (pageId) =>
      toText(await get(`/rest/api/content/${pageId}?status=draft&expand=body.storage`, Text)),

    // A list of versions is an experiment of Data Center: each is asked for by itself, and rarely are there more than two.
    async listVersions(pageId, after, { newest }) {
      const found = newest.number > after ? [newest] : [];
      for (let number = after + 1; number < newest.number; number += 1) {
        const query = `status=historical&version=${number}&expand=version`;
        const old = await get(`/rest/api/content/${pageId}?${query}`, Versioned);
        if (old !== null) found.push(toVersion(old.version));
      }
      return found;
    },

    put: ({ pageId, from, title, body, message }) =>
      put(`/rest/api/content/${pageId}`, {
        id: pageId,
        type: "page",
        title,
        version: { number: from + 1, message, minorEdit: false },
        body: { storage: { value: body, representation: "storage" } },
      }),
  };
}

const toText = (page: z.infer<typeof Text> | null) => page && { title: page.title, body: page.body.storage.value };

/** People stand by their key, as in the events of Data Center. */
const toVersion = ({ number, message, when, by }: z.infer<typeof Version>): PageVersion => ({
  number,
  message: message ?? "",
  authorId: by?.userKey ?? by?.username ?? null,
  createdAt: when,
});

const isReadable = (head: z.infer<typeof Head>) => head.type === "page" && (head.status ?? "current") === "current";
