import * as z from "zod/mini";
import type { PageSource } from "./page-source.js";
import type { Get } from "./request.js";

const Head = z.object({ type: z.string(), status: z.optional(z.string()), space: z.object({ key: z.string() }) });
const Readers = z.optional(z.object({ results: z.array(z.unknown()) }));
const Full = z.extend(Head, {
  title: z.string(),
  version: z.object({ number: z.int() }),
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
export function dataCenterPages(get: Get): PageSource {
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
      const head = await get(`/rest/api/content/${pageId}?expand=space`, Head);
      return head !== null && isReadable(head) ? { spaceKey: head.space.key } : null;
    },

    async findBody(pageId) {
      const page = await get(`/rest/api/content/${pageId}?expand=${whole}`, Full);
      if (page === null || !isReadable(page)) return null;
      const { title, version, body, space, _links } = page;
      const readers = page.restrictions?.read?.restrictions;
      // Without an answer who may see the page is unknown: then a person is asked before it is shown.
      const count = (readers?.user?.results.length ?? 0) + (readers?.group?.results.length ?? 0);
      const restricted = readers === undefined || count > 0;
      const path = _links.webui;
      return { spaceKey: space.key, title, version: version.number, body: body.storage.value, path, restricted };
    },
  };
}

const isReadable = (head: z.infer<typeof Head>) => head.type === "page" && (head.status ?? "current") === "current";
