import { describe, expect, it } from "vitest";
import { type Block, textsOf } from "../../../lib/domain/extraction/blocks.js";
import { decodeEntity } from "../../../lib/domain/extraction/entities.js";
import { rangeOf } from "../../../lib/domain/extraction/rich-text.js";
import { readStorage } from "../../../lib/domain/extraction/storage.js";

const shown = (body: string) => textsOf(readStorage(body)).map((text) => text.text);
const kinds = (blocks: Block[]) => blocks.map((block) => block.kind);

describe("readStorage", () => {
  it("shows text as a reader sees it", () => {
    expect(
      shown(
        "<p>a&nbsp;&nbsp;b&rsquo;s \u200b&ouml;&#8211;<s>gone</s><ac:inline-comment-marker ac:ref='1'>c</ac:inline-comment-marker><br />d <time datetime='2027-01-02' /></p>",
      ),
    ).toEqual(["a b’s ö–c\nd 2027-01-02"]);
  });

  it("keeps the source range of each character, entities included", () => {
    const body = "<p>x &rsquo;&amp;<strong>y</strong></p>";
    const [text] = textsOf(readStorage(body));
    expect(text?.text).toBe("x ’&y");
    expect(
      text &&
        [rangeOf(text, 2, 3), rangeOf(text, 3, 4), rangeOf(text, 4, 5)].map(({ start, end }) => body.slice(start, end)),
    ).toEqual(["&rsquo;", "&amp;", "y"]);
  });

  it("shows what macros and links show and hides what they hide", () => {
    const jira =
      '<ac:structured-macro ac:name="jira"><ac:parameter ac:name="server">S</ac:parameter><ac:parameter ac:name="key">TEL-1</ac:parameter></ac:structured-macro>';
    const link = '<ac:link><ri:page ri:content-title="Notes &amp; more" /></ac:link>';
    const named =
      '<ac:link><ri:page ri:content-title="x" /><ac:plain-text-link-body><![CDATA[a & b]]></ac:plain-text-link-body></ac:link>';
    expect(shown(`<p>${jira} ${link} ${named} <ac:placeholder>fill in</ac:placeholder></p>`)).toEqual([
      "TEL-1 Notes & more a & b",
    ]);
    const code =
      '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[Story: x]]></ac:plain-text-body></ac:structured-macro>';
    expect(kinds(readStorage(code))).toEqual(["opaque"]);
    expect(shown(code)).toEqual([]);
  });

  it("reads newer nodes once, not their fallback", () => {
    const body =
      "<ac:adf-extension><ac:adf-node type='panel'><ac:adf-attribute key='k'>note</ac:adf-attribute><ac:adf-content><p>once</p></ac:adf-content></ac:adf-node><ac:adf-fallback><p>once</p></ac:adf-fallback></ac:adf-extension>";
    expect(shown(body)).toEqual(["once"]);
  });

  it("puts spanning cells into each place that they cover", () => {
    const [block] = readStorage(
      "<table><tbody><tr><td rowspan='2'>a</td><td colspan='2'>b</td></tr><tr><td>c</td><td>d</td></tr></tbody></table>",
    );
    const rows =
      block?.kind === "table" ? block.rows.map((row) => row.cells.map((cell) => textsOf(cell.blocks)[0]?.text)) : [];
    expect(rows).toEqual([
      ["a", "b", "b"],
      ["a", "c", "d"],
    ]);
  });

  it("gives a list inside a list to the item above it", () => {
    const [block] = readStorage("<ul><li>a</li><ul><li>b</li></ul></ul>");
    expect(block?.kind === "list" && block.items.map((item) => [item.text.text, kinds(item.blocks)])).toEqual([
      ["a", ["list"]],
    ]);
  });
});

describe("decodeEntity", () => {
  it("knows the named entities of HTML, numbers, and leaves the rest as it is", () => {
    expect(["&hellip;", "&Auml;", "&#8211;", "&#x1F600;", "&unknown;"].map(decodeEntity)).toEqual([
      "…",
      "Ä",
      "–",
      "😀",
      "&unknown;",
    ]);
  });
});
