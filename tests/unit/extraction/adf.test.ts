import { describe, expect, it } from "vitest";
import { readAdf } from "../../../lib/domain/extraction/adf.js";
import { textsOf } from "../../../lib/domain/extraction/blocks.js";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { rangeOf, type RichText } from "../../../lib/domain/extraction/rich-text.js";
import { readStorage } from "../../../lib/domain/extraction/storage.js";
import { extension, h, json, li, node, p, text } from "../../support/adf-nodes.js";
import type { Adf } from "../../support/adf-twin.js";
import { sketch, wordsOf } from "./sketch.js";

const read = (...content: Adf[]) => readAdf(json(...content));
const shown = (...content: Adf[]) => textsOf(read(...content)).map((it) => it.text);

describe("readAdf", () => {
  it("reads headings, whatever their level is written as", () => {
    const blocks = read(h(2, "A"), h("3", "B"), h(9, "C"), h(-1, "D"), h("x", "E"), h(null, "F"));
    expect(sketch(blocks)).toEqual(["h2 A", "h3 B", "h6 C", "h1 D", "h1 E", "h1 F"]);
  });

  it("reads bullets, numbers and tasks as lists, one inside the other", () => {
    const bullets = node(
      "bulletList",
      {},
      li(p("a"), node("orderedList", { order: 3 }, li(p("b")))),
      li(p("c"), p("d")),
    );
    const tasks = node(
      "taskList",
      { localId: "l" },
      node("taskItem", { localId: "1", state: "TODO" }, text("one")),
      node("taskList", {}, node("taskItem", { localId: "2", state: "DONE" }, text("two"))),
      node("blockTaskItem", { localId: "3", state: "TODO" }, p("three")),
    );
    expect(sketch(read(bullets, tasks))).toEqual([
      [
        ["a", [["b"]]],
        ["c", "d"],
      ],
      [["one", [["two"]]], ["three"]],
    ]);
  });

  it("puts spanning cells into each place that they cover", () => {
    const cell = (words: string, spans = {}) => node("tableCell", spans, p(words));
    const [table] = read(
      node(
        "table",
        { isNumberColumnEnabled: true },
        node(
          "tableRow",
          {},
          node("tableHeader", {}, p("x")),
          node("tableHeader", {}, p("y")),
          node("tableHeader", {}, p("z")),
        ),
        node("tableRow", {}, cell("a", { rowspan: "2" }), cell("b", { colspan: 2, rowspan: 0 })),
        node("tableRow", {}, cell("c", { colspan: null }), cell("d", { colwidth: [100] })),
      ),
    );
    if (table?.kind !== "table") throw new Error("no table");
    expect(wordsOf(table)).toEqual([
      ["x", "y", "z"],
      ["a", "b", "b"],
      ["a", "c", "d"],
    ]);
    expect(table.rows.map(({ cells }) => cells.map((it) => it.isHeader))).toEqual([
      [true, true, true],
      [false, false, false],
      [false, false, false],
    ]);
    expect(table.rows.flatMap(({ cells }) => cells).some((it) => it.isNumbering)).toBe(false);
  });

  it("reads panels, expands and extensions with a body as sections, with the titles that readers see", () => {
    expect(
      sketch(
        read(
          node("panel", { panelType: "info" }, p("a")),
          node("expand", { title: "Epic: B" }, node("nestedExpand", { title: "C" }, p("d"))),
          extension("bodiedExtension", "panel", { title: "Feature: E", bgColor: "x" }, p("f")),
          extension("bodiedExtension", "details", { title: "nobody sees this" }, p("g")),
          extension("bodiedExtension", "excerpt", {}, p("h")),
          extension("bodiedExtension", "com.example.unknown", { title: "nor this" }, p("i")),
        ),
      ),
    ).toEqual([
      { "panel: ": ["a"] },
      { "expand: Epic: B": [{ "expand: C": ["d"] }] },
      { "panel: Feature: E": ["f"] },
      { "details: ": ["g"] },
      { "excerpt: ": ["h"] },
      { "com.example.unknown: ": ["i"] },
    ]);
  });

  it("reads through layouts, quotations and what it does not know", () => {
    const layout = node(
      "layoutSection",
      {},
      node("layoutColumn", { width: 50 }, p("a")),
      node("layoutColumn", {}, h(1, "b")),
    );
    const held = node("unsupportedBlock", { originalValue: p("e") });
    expect(sketch(read(layout, node("blockquote", {}, p("c")), node("newBlock", {}, p("d")), held))).toEqual([
      "a",
      "h1 b",
      "c",
      "d",
      "e",
    ]);
    expect(
      shown(p("f ", node("newInline", {}, text("g")), node("unsupportedInline", { originalValue: text(" h") }))),
    ).toEqual(["f g h"]);
    expect(sketch(read({ type: "odd", text: "i" }, text("j"), { type: "", text: 7 }))).toEqual(["i", "j", "7"]);
  });

  it("takes no text from code, decisions, hidden properties and macros without a body", () => {
    expect(
      sketch(
        read(
          node("codeBlock", { language: "text" }, text("Story: x")),
          node("decisionList", {}, node("decisionItem", { state: "DECIDED" }, text("Story: y"))),
          extension("bodiedExtension", "details", { hidden: "true" }, p("Story: z")),
          extension("extension", "toc", { title: "Story: t" }),
          extension("extension", "excerpt-include", {}),
        ),
      ),
    ).toEqual(["(code)", "(decision-list)", "(details)", "(toc)", "(excerpt-include)"]);
  });

  it("passes over rules, media and instructions", () => {
    const media = node(
      "mediaSingle",
      { layout: "center" },
      node("media", { id: "m" }),
      node("caption", {}, text("seen by nobody")),
    );
    expect(sketch(read({ type: "rule" }, media, node("mediaGroup", {}, node("media", {}))))).toEqual([]);
    expect(
      shown(
        p(
          "a ",
          node("placeholder", { text: "fill in" }),
          node("emoji", { shortName: ":truck:", text: "🚚" }),
          "b ",
          node("mention", { text: "@Ana" }),
          node("mediaInline", {}),
        ),
      ),
    ).toEqual(["a b"]);
  });

  it("shows what status, dates, cards and inline macros show", () => {
    expect(
      shown(
        p(
          node("status", { text: "MUST", color: "red" }),
          " ",
          node("date", { timestamp: "1798848000000" }),
          node("hardBreak", {}),
          node("inlineCard", { url: "https://linear.app/acme/issue/ENG-1" }),
          " ",
          extension("inlineExtension", "jira", { key: "TEL-1", server: "S" }),
          " ",
          extension("inlineExtension", "status", { title: "P1" }),
          extension("inlineExtension", "anchor", { "": "here" }),
        ),
        node("blockCard", { url: "https://example.com/b" }),
        node("embedCard", { data: { url: "https://example.com/e" } }),
        extension("extension", "jira", { key: "TEL-2" }),
      ),
    ).toEqual([
      "MUST 2027-01-02\nhttps://linear.app/acme/issue/ENG-1 TEL-1 P1",
      "https://example.com/b",
      "https://example.com/e",
      "TEL-2",
    ]);
    expect(
      shown(p("on ", node("date", { timestamp: "someday" }), node("date", {}), node("date", { timestamp: "" }))),
    ).toEqual(["on someday"]);
  });

  it("knows the marks that mean something, as one stretch over neighbouring texts", () => {
    const link = { type: "link", attrs: { href: "https://linear.app/acme/issue/ENG-2/x" } };
    const annotation = { type: "annotation", attrs: { id: "c", annotationType: "inlineComment" } };
    const [line] = textsOf(
      read(
        p(
          text("Depends ", "strong"),
          text("on", "em", "strong"),
          text(": "),
          text("ENG", link),
          text("-2", link, "code", annotation),
          text(" gone", "strike"),
          text(" too", "strong", "strike", link),
          node("status", { text: "MUST" }),
        ),
      ),
    );
    expect(line?.text).toBe("Depends on: ENG-2MUST");
    expect(line?.spans).toEqual([
      { start: 0, end: 10, mark: "bold", value: "" },
      { start: 12, end: 17, mark: "link", value: link.attrs.href },
      { start: 17, end: 17, mark: "struck", value: "gone too" },
      { start: 17, end: 21, mark: "status", value: "" },
    ]);
  });

  it("gives each block its object as range, and the local id that it carries", () => {
    const body = JSON.stringify(
      { type: "doc", content: [h(1, "A"), node("paragraph", { localId: "l1" }, text("b"))] },
      null,
      2,
    );
    const blocks = readAdf(body);
    expect(blocks.map((block) => JSON.parse(body.slice(block.range.start, block.range.end)) as unknown)).toEqual([
      h(1, "A"),
      node("paragraph", { localId: "l1" }, text("b")),
    ]);
    expect(blocks.map((block) => block.localId)).toEqual([null, "l1"]);
  });

  it("keeps the source range of each character, escapes included", () => {
    const body = String.raw`{"type":"paragraph","content":[{"type":"text","text":"x \u2019\"\ud83d\ude00\n\/y\\"},{"type":"text","text":" z"}]}`;
    const [line] = textsOf(readAdf(body));
    const written = (from: number, to: number) => {
      const { start, end } = rangeOf(line as RichText, from, to);
      return body.slice(start, end);
    };
    expect(line?.text).toBe('x ’"😀 /y\\ z');
    expect([written(0, 1), written(2, 3), written(3, 4), written(4, 6), written(7, 8), written(9, 10)]).toEqual([
      "x",
      String.raw`\u2019`,
      String.raw`\"`,
      String.raw`\ud83d\ude00`,
      String.raw`\/`,
      String.raw`\\`,
    ]);
    expect(written(7, 12)).toBe(String.raw`\/y\\"},{"type":"text","text":" z`);
  });

  it("shows text as the storage front end shows it", () => {
    const words = "  a\u00a0\u00a0b\u200b c\n\td ";
    expect(shown(p(words))).toEqual(textsOf(readStorage(`<p>${words}</p>`)).map((it) => it.text));
  });
});

describe("ids on an ADF page", () => {
  it("are those that readers see, not those in its attributes", () => {
    const local = (id: string, words: string) => node("heading", { level: 2, localId: id }, text(words));
    const extracted = (a: string, b: string) =>
      extract({ title: "", body: json(local("AB-1", a), local("AB-2", b)), format: "adf" }).items.map(
        (item) => item.key,
      );
    expect(extracted("AB-7 plan", "Nothing")).toEqual([]);
    expect(extracted("Story AB-7: One", "Story AB-8: Two")).toEqual(["AB-7", "AB-8"]);
  });
});
