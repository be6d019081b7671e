import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { PageFormat } from "../lib/domain/extraction/extract.js";

export type PageFile = { title: string; body: string; format: PageFormat };

/** Formats of a page in the answers of Confluence's REST API, the one that is preferred first. */
const representations = [
  ["storage", "storage"],
  ["atlas_doc_format", "adf"],
] as const;
const EXTENSION = /(?:\.adf)?\.[^./\\]*$/;

/**
 * Reads a page from a file: its body alone, in the format that the name of the file tells, or an answer of Confluence's REST API.
 * Where a format is asked for, it is the one in which a body alone is read, and which of two bodies of an answer.
 */
export function readPageFile(file: string, wanted?: PageFormat): PageFile {
  const text = readFileSync(file, "utf8");
  const title = titleBeside(file) ?? basename(file).replace(EXTENSION, "");
  return readAnswer(text, title, wanted) ?? { title, body: text, format: wanted ?? formatOf(file) };
}

function formatOf(file: string): PageFormat {
  return file.toLowerCase().endsWith(".json") ? "adf" : "storage";
}

function readAnswer(text: string, title: string, wanted?: PageFormat): PageFile | null {
  const answer = parsed(() => text);
  const bodies = representations.flatMap(([representation, format]) => {
    const body = property(property(property(answer, "body"), representation), "value");
    return typeof body === "string" ? [{ body, format }] : [];
  });
  const found = bodies.find(({ format }) => format === wanted) ?? bodies[0];
  const ownTitle = property(answer, "title");
  return found ? { title: typeof ownTitle === "string" ? ownTitle : title, ...found } : null;
}

/** The title is not part of a body: it stands in the JSON file of the same name, where there is one. */
function titleBeside(file: string): string | null {
  const beside = file.replace(EXTENSION, ".json");
  const title =
    beside === file
      ? null
      : property(
          parsed(() => readFileSync(beside, "utf8")),
          "title",
        );
  return typeof title === "string" ? title : null;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function parsed(read: () => string): unknown {
  try {
    return JSON.parse(read().replace(/^\ufeff/, ""));
  } catch {
    return null;
  }
}
