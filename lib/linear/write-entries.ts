/** Many writes in few requests, each entry with an outcome of its own. */
import { RetryableError } from "../domain/errors.js";
import type { WriteResult } from "../ports-services.js";
import type { Answer, Connection } from "./connection.js";
import { type GraphqlError, meaningOf, refusalOf } from "./errors.js";
import { entryAlias, type WriteKind, type WritePayload, writeDocument } from "./write-documents.js";

/** One write; `id` names it in the result where Linear's answer names nothing. */
export type WriteEntry = { kind: WriteKind; id: string; variables: { id?: string; input?: unknown } };
/** A result together with what Linear says the write made. */
export type WrittenEntry = WriteResult & { url?: string; slug?: string };

/** Entries that share a request. */
export const entriesPerRequest = 50;

/** Sends the entries, at most fifty to a request; results stand in the order of the entries. */
export async function writeEntries(connection: Connection, entries: WriteEntry[]): Promise<WrittenEntry[]> {
  const results: WrittenEntry[] = [];
  for (const chunk of inChunks(entries, entriesPerRequest)) results.push(...(await writeTogether(connection, chunk)));
  return results;
}

/**
 * The fields of a mutation are not nullable, so one refused entry takes the answers of all others with it, and those behind it may not
 * have been done. Whatever has no outcome yet is sent again without the refused ones: each write is harmless to repeat, and what was
 * done the first time exists the second.
 */
async function writeTogether(connection: Connection, entries: WriteEntry[]): Promise<WrittenEntry[]> {
  const answer = await connection.send(writeDocument(entries.map((entry) => entry.kind)), variablesOf(entries));
  const outcomes = entries.map((entry, n) => outcomeOf(entry, n, answer));
  const open = entries.filter((_, n) => !outcomes[n]);
  if (open.length === 0) return outcomes as WrittenEntry[];
  const settled = await writeOpen(connection, open, answer.errors, open.length < entries.length);
  return outcomes.map((outcome) => outcome ?? (settled.shift() as WrittenEntry));
}

async function writeOpen(connection: Connection, open: WriteEntry[], errors: GraphqlError[], isFewer: boolean) {
  if (isFewer) return writeTogether(connection, open);
  const [error] = errors;
  if (!error) throw new RetryableError("linear_unavailable", { context: { operation: "Write" } });
  if (open.length === 1 && open[0]) return [failed(open[0], error)];
  // The error names no entry: halves are sent until it stands alone.
  const half = Math.ceil(open.length / 2);
  const first = await writeTogether(connection, open.slice(0, half));
  return [...first, ...(await writeTogether(connection, open.slice(half)))];
}

type WriteAnswer = Answer<Record<string, WritePayload | null>>;

function outcomeOf(entry: WriteEntry, n: number, { data, errors }: WriteAnswer): WrittenEntry | null {
  const error = errors.find(({ path }) => path?.[0] === entryAlias(n));
  if (error) return failed(entry, error);
  const payload = data?.[entryAlias(n)];
  return payload ? written(entry, payload) : null;
}

function written(entry: WriteEntry, { success, written: made }: WritePayload): WrittenEntry {
  const id = made?.id ?? entry.id;
  if (!success) return { id: entry.id, outcome: "refused", message: "Linear did not do it and gave no reason" };
  return {
    id,
    outcome: "done",
    ...(made?.url !== undefined && { url: made.url }),
    ...(made?.slugId !== undefined && { slug: made.slugId }),
  };
}

const removals = new Set<WriteKind>(["trashIssue", "deleteRelation"]);

function failed(entry: WriteEntry, error: GraphqlError): WrittenEntry {
  const meaning = meaningOf(error);
  if (meaning === "exists") return { id: entry.id, outcome: "exists", message: refusalOf(error) };
  // What was to go and is not there is gone.
  if (meaning === "not_found" && removals.has(entry.kind)) return { id: entry.id, outcome: "done" };
  return { id: entry.id, outcome: "refused", message: refusalOf(error) };
}

function variablesOf(entries: WriteEntry[]): Record<string, unknown> {
  return Object.fromEntries(
    entries.flatMap(({ variables }, n) => Object.entries(variables).map(([name, value]) => [`${name}${n}`, value])),
  );
}

/** Parts a list into pieces of at most `size`. */
export function inChunks<Item>(items: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
