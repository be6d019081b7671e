import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AdfNode } from "../../../dev/confluence/adf.js";
import { reserialize, storageError } from "../../../dev/confluence/storage.js";
import { stateFile } from "../../../dev/simulator.js";
import { aConfluence, addressOf, baseUrl } from "./world.js";

function anApi() {
  const world = aConfluence();
  const page = world.control.createPage({ spaceKey: "PLAN", title: "Plan", body: "<p>one two one</p>" });
  async function call(kind: "cloud_oauth" | "data_center", method: string, path: string, content?: unknown) {
    const { apiBase, authorization } = world.access(kind);
    const body = content === undefined ? null : JSON.stringify(content);
    const headers = { authorization: await authorization(), "content-type": "application/json" };
    const answer = await world.fetch(`${apiBase}${path}`, { method, headers, body });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: (text === "" ? null : JSON.parse(text)) as Json };
  }
  const v2 = (method: string, path: string, content?: unknown) =>
    call("cloud_oauth", method, `/wiki/api/v2${path}`, content);
  const v1 = (method: string, path: string, content?: unknown) =>
    call("data_center", method, `/rest/api${path}`, content);
  const put = (number: number, body: string, message = "") => {
    const version = { number, message };
    const content = { id: page.id, status: "current", title: "Plan", body: { representation: "storage", value: body } };
    return v2("PUT", `/pages/${page.id}`, { ...content, version });
  };
  return { ...world, page, v2, v1, put };
}
type Json = {
  errors: { status: number; code: string; title: string }[];
  results: Record<string, unknown>[];
  body: Record<string, { value: string }>;
  version: { number: number; message: string };
  properties: { inlineMarkerRef: string };
  [key: string]: unknown;
};

describe("a page in the simulated Confluence", () => {
  it("is written only by who knows its newest version", async () => {
    const { page, put, v2, control } = anApi();
    expect((await put(2, "<p>two</p>", "ours")).json.version).toMatchObject({ number: 2, message: "ours" });
    const stale = await put(2, "<p>late</p>");
    expect(stale.status).toBe(409);
    expect(stale.json.errors).toMatchObject([{ status: 409, code: "CONFLICT" }]);
    expect((await put(4, "<p>early</p>")).status).toBe(409);
    control.editPage({ id: page.id, body: "<p>a person's</p>" });
    expect((await put(3, "<p>late</p>")).status).toBe(409);
    expect((await v2("GET", `/pages/${page.id}?body-format=storage`)).json.body.storage?.value).toBe(
      "<p>a person's</p>",
    );
  });

  it("was written though the answer was lost", async () => {
    const { put, control, page, switches } = anApi();
    switches.add({ kind: "lost_answer", on: "PUT /wiki/api/v2/pages", times: 1 });
    await expect(put(2, "<p>two</p>", "write-7")).rejects.toThrow("fetch failed");
    expect(control.page({ id: page.id })).toMatchObject({ version: 2, message: "write-7" });
    expect((await put(2, "<p>two</p>", "write-7")).status).toBe(409);
  });

  it("keeps every version with its author and message", async () => {
    const { page, put, v2, control } = anApi();
    await put(2, "<p>two</p>", "write-7");
    control.editPage({ id: page.id, body: "<p>three</p>", minor: true });
    const listed = await v2("GET", `/pages/${page.id}/versions?sort=-modified-date&body-format=storage`);
    expect(listed.json.results).toMatchObject([
      { number: 3, minorEdit: true, authorId: "712020:ben" },
      { number: 2, message: "write-7", authorId: "712020:ada" },
      { number: 1, page: { body: { storage: { value: "<p>one two one</p>" } } } },
    ]);
    expect((await v2("GET", `/pages/${page.id}?version=1&body-format=storage`)).json).toMatchObject({
      status: "historical",
      body: { storage: { value: "<p>one two one</p>" } },
    });
    expect((await v2("GET", `/pages/${page.id}/versions/2`)).json).toMatchObject({ number: 2, prevVersion: 1 });
  });

  it("is given out in pages with an opaque cursor", async () => {
    const { page, put, v2 } = anApi();
    for (let number = 2; number <= 5; number += 1) await put(number, `<p>${number}</p>`);
    const numbers: unknown[] = [];
    let path = `/pages/${page.id}/versions?limit=2`;
    for (;;) {
      const { json } = await v2("GET", path);
      numbers.push(...json.results.map((each) => each.number));
      const { next } = json._links as { next?: string };
      if (next === undefined) break;
      path = next.replace("/wiki/api/v2", "");
    }
    expect(numbers).toEqual([5, 4, 3, 2, 1]);
  });

  it("is renamed without its body, but not to a title that is taken", async () => {
    const { page, v2, control } = anApi();
    control.createPage({ spaceKey: "PLAN", title: "Taken", body: "<p />" });
    expect((await v2("PUT", `/pages/${page.id}/title`, { status: "current", title: "Taken" })).status).toBe(400);
    expect((await v2("PUT", `/pages/${page.id}/title`, { status: "current", title: "New" })).status).toBe(200);
    expect(control.page({ id: page.id })).toMatchObject({ title: "New", version: 2, body: "<p>one two one</p>" });
  });

  it("is the same page on Data Center, with the same conflict", async () => {
    const { page, v1, control } = anApi();
    const content = { id: page.id, type: "page", title: "Plan", space: { key: "PLAN" } };
    const write = (number: number, value: string) =>
      v1("PUT", `/content/${page.id}`, {
        ...content,
        version: { number },
        body: { storage: { value, representation: "storage" } },
      });
    expect((await write(2, "<p>dc</p>")).status).toBe(200);
    expect((await write(2, "<p>late</p>")).status).toBe(409);
    expect(control.page({ id: page.id })).toMatchObject({ version: 2 });
    const read = await v1("GET", `/content/${page.id}?expand=body.storage`);
    expect(read.json.body.storage?.value).toMatch(/^<p local-id="[^"]+">dc<\/p>$/);
    expect(read.json.version).toBeUndefined();
  });

  it("carries properties whose version is checked", async () => {
    const { page, v2 } = anApi();
    const made = await v2("POST", `/pages/${page.id}/properties`, { key: "plan-map", value: { a: 1 } });
    const path = `/pages/${page.id}/properties/${String(made.json.id)}`;
    expect((await v2("POST", `/pages/${page.id}/properties`, { key: "plan-map", value: {} })).status).toBe(409);
    expect((await v2("PUT", path, { key: "plan-map", value: { a: 2 }, version: { number: 2 } })).status).toBe(200);
    expect((await v2("PUT", path, { key: "plan-map", value: { a: 3 }, version: { number: 2 } })).status).toBe(409);
    const listed = await v2("GET", `/pages/${page.id}/properties?key=plan-map`);
    expect(listed.json.results).toMatchObject([{ value: { a: 2 }, version: { number: 2 } }]);
  });

  it("holds the markers of inline comments, and leaves a comment hanging whose marker was written away", async () => {
    const { page, v2, put, control } = anApi();
    const made = await v2("POST", "/inline-comments", {
      pageId: page.id,
      body: { representation: "storage", value: "<p>?</p>" },
      inlineCommentProperties: { textSelection: "one", textSelectionMatchCount: 2, textSelectionMatchIndex: 1 },
    });
    const ref = made.json.properties.inlineMarkerRef;
    const marked = `<p>one two <ac:inline-comment-marker ac:ref="${ref}">one</ac:inline-comment-marker></p>`;
    expect(control.page({ id: page.id }).body).toBe(marked);
    const open = `/pages/${page.id}/inline-comments?resolution-status=open`;
    expect((await v2("GET", open)).json.results).toHaveLength(1);
    await put(2, "<p>one two one</p>");
    expect((await v2("GET", open)).json.results).toHaveLength(0);
    const dangling = await v2("GET", `/pages/${page.id}/inline-comments?resolution-status=dangling`);
    expect(dangling.json.results).toMatchObject([{ resolutionStatus: "dangling" }]);
  });

  it("shows its plan as an ADF document too", async () => {
    const { control, v2 } = anApi();
    const body =
      '<h2 local-id="h">Epic <strong>A</strong></h2><table><tbody><tr><th>Story</th></tr><tr><td>S1</td></tr></tbody></table>' +
      '<ul><li>one</li></ul><ac:structured-macro ac:name="info"><ac:rich-text-body><p>note</p></ac:rich-text-body></ac:structured-macro>';
    const { id } = control.createPage({ spaceKey: "PLAN", title: "ADF", body });
    const { json } = await v2("GET", `/pages/${id}?body-format=atlas_doc_format`);
    const document = JSON.parse(json.body.atlas_doc_format?.value ?? "") as AdfNode;
    expect(document.content?.map((node) => node.type)).toEqual(["heading", "table", "bulletList", "panel"]);
    expect(document.content?.[0]).toMatchObject({
      attrs: { level: 2, localId: "h" },
      content: [{ text: "Epic " }, { text: "A", marks: [{ type: "strong" }] }],
    });
    expect(JSON.stringify(document.content?.[1])).toContain('"tableHeader"');
  });

  it("is kept as Confluence keeps it, or to the byte where that is switched off", async () => {
    const { page, put, control } = anApi();
    const sent = '<p class="a" hidden="">x<!-- mine --></p><ul><li local-id="l">y</li></ul>';
    await put(2, sent);
    const kept = control.page({ id: page.id }).body;
    expect(kept).toMatch(/^<p class="a" local-id="[^"]+">x<\/p><ul><li local-id="l">y<\/li><\/ul>$/);
    control.configure({ reserialize: false });
    await put(3, sent);
    expect(control.page({ id: page.id }).body).toBe(sent);
    expect((await put(4, "<p>not closed")).status).toBe(400);
    expect((await put(4, `<p>${"x".repeat(5 * 1024 * 1024)}</p>`)).status).toBe(413);
  });

  it("answers 429 with Retry-After once the points of the hour are used up", async () => {
    const { v2, control, page } = anApi();
    control.configure({ pointsPerHour: 2 });
    expect((await v2("GET", `/pages/${page.id}`)).status).toBe(200);
    expect((await v2("GET", `/pages/${page.id}`)).status).toBe(200);
    const limited = await v2("GET", `/pages/${page.id}`);
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(limited.headers.get("x-ratelimit-remaining")).toBe("0");
  });

  it("opens in a browser at the address that people paste, and runs nothing there", async () => {
    const { page, fetch } = anApi();
    const answer = await fetch(page.url);
    expect(await answer.text()).toContain("<p>one two one</p>");
    expect(answer.headers.get("content-security-policy")).toBe("sandbox");
  });
});

it("logs each request under the name that faults use", async () => {
  const { v2, page, control, cloudId } = anApi();
  await v2("GET", `/pages/${page.id}`);
  expect(control.requests()).toMatchObject([
    {
      operation: `GET /wiki/api/v2/pages/${page.id}`,
      method: "GET",
      path: `/ex/confluence/${cloudId}/wiki/api/v2/pages/${page.id}`,
      status: 200,
    },
  ]);
});

it("goes on where it was killed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "confluence-"));
  try {
    const first = aConfluence({ state: stateFile(join(folder, "confluence.json")) });
    const page = first.control.createPage({ spaceKey: "PLAN", title: "Kept", body: "<p>kept</p>" });
    const { accessToken } = first.control.grant();
    await first.simulator.close();
    const second = aConfluence({ state: stateFile(join(folder, "confluence.json")) });
    expect(second.cloudId).toBe(first.cloudId);
    const client = second.client("cloud_oauth", { authorization: () => Promise.resolve(`Bearer ${accessToken}`) });
    expect(await client.readPage(addressOf(page.url))).toMatchObject({ page: { body: "<p>kept</p>" } });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("says clearly what is wrong with what it is told", () => {
  const { control } = aConfluence();
  expect(() => control.createPage({ spaceKey: "NOPE", title: "x", body: "" })).toThrow("There is no space NOPE");
  expect(() => control.editPage({ id: "9" })).toThrow("There is no page 9");
  expect(() => control.configure({ consent: "maybe" as "accept" })).toThrow("consent");
  expect(control.page({ id: control.createPage({ spaceKey: "PLAN", title: "x", body: "", id: "77" }).id }).url).toBe(
    `${baseUrl}/wiki/spaces/PLAN/pages/77/x`,
  );
});

describe("storage format", () => {
  it.each([
    ["<p>a</p>", true],
    ["<p>a<br /></p>", true],
    ["<p>&nbsp;a > b</p>", true],
    ["<ac:plain-text-body><![CDATA[<p> ]] </x>]]></ac:plain-text-body>", true],
    ["<p>", false],
    ["</p>", false],
    ["<p></h1>", false],
    ["<p>a < b</p>", false],
  ])("%s is well formed: %s", (body, isWellFormed) => {
    expect(storageError(body) === null).toBe(isWellFormed);
  });

  it("leaves CDATA and existing ids alone", () => {
    const body = '<p local-id="a"><![CDATA[<!-- kept --><p>]]></p><hr local-id="b" />';
    expect(reserialize(body)).toBe(body);
  });

  it("is written as Confluence writes it: ids behind, quotes, empty elements and named characters", () => {
    const draw = () => "new";
    const kept = [
      ["<p></p>", '<p local-id="new" />'],
      [
        "<p>a\u00a0b – c&#8217;s &#xf6; > &apos;x'</p>",
        "<p local-id=\"new\">a&nbsp;b &ndash; c&rsquo;s &ouml; &gt; 'x'</p>",
      ],
      ["<p local-id='a' style='b'>x<br/></p>", '<p style="b" local-id="a">x<br /></p>'],
      [
        '<ac:structured-macro ac:macro-id="m" ac:name="code"><ac:plain-text-body><![CDATA[<p>]]></ac:plain-text-body></ac:structured-macro>',
        '<ac:structured-macro ac:name="code" ac:schema-version="1" ac:local-id="new" ac:macro-id="m"><ac:plain-text-body><![CDATA[<p>]]></ac:plain-text-body></ac:structured-macro>',
      ],
      [
        '<ac:structured-macro ac:name="toc"/>',
        '<ac:structured-macro ac:name="toc" ac:schema-version="1" ac:local-id="new" ac:macro-id="new" />',
      ],
      ["<td><em></em>日本</td>", '<td ac:local-id="new"><em />日本</td>'],
    ];
    expect(kept.map(([sent = ""]) => reserialize(sent, draw))).toEqual(kept.map(([, written]) => written));
    expect(kept.map(([, written = ""]) => reserialize(written, draw))).toEqual(kept.map(([, written]) => written));
  });
});
