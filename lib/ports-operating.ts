/** What whoever runs the agent looks at: the audit and the figures. */
import type { OrganizationId } from "./domain/ids.js";
import type { Answered, Figure } from "./domain/metrics.js";

/** A line of the audit. `at` is to the microsecond. */
export type AuditLine = {
  id: string;
  at: string;
  /** Linear's id of the person, or a name of ours such as `agent`. */
  actor: string;
  userId: string | null;
  actorName: string | null;
  action: string;
  resourceType: string;
  resourceId: string;
  details: Record<string, unknown>;
  requestId: string | null;
};

export type AuditFilter = {
  actor?: string | undefined;
  action?: string | undefined;
  resourceId?: string | undefined;
  /** From this instant on, and before that one. */
  from?: string | undefined;
  to?: string | undefined;
};

export type AuditStore = {
  /** The newest first, beyond `cursor`; `next` is null on the last page. Throws RequestError for what is no cursor. */
  list(
    organizationId: OrganizationId,
    filter: AuditFilter,
    page: { limit: number; cursor: string | null },
  ): Promise<{ items: AuditLine[]; next: string | null }>;
  /** Who took lines out of the audit is in the audit. */
  noteExport(
    author: { organizationId: OrganizationId; actor: string; requestId: string },
    details: { format: string; lines: number } & AuditFilter,
  ): Promise<void>;
};

/** The figures of `/api/metrics`. Counters are running sums in the database: functions come and go. */
export type MetricsStore = {
  /** Adds what the logs have gained to the running sums. Any number of callers at once count each event once. */
  fold(): Promise<void>;
  /** The running sums, with what was not folded yet: they never fall. */
  sums(): Promise<Figure[]>;
  /** Active sessions by status and organization. */
  sessions(): Promise<Figure[]>;
  /** What waits, what is held, what was given up: states of this moment. */
  states(): Promise<Figure[]>;
  /** Adds to the running sums what no log knows. */
  add(figures: Figure[]): Promise<void>;
};

/** Takes note of a request that was answered, without making anybody wait; it may be lost. */
export type Observe = (answered: Answered) => void;

/** What a span is about: names, ids and states, never contents. */
export type SpanAttributes = Record<string, string | number>;
export type Tracer = {
  /** Runs work as a span below the one that it runs in, or below `parent`, a caller's `traceparent`. `note` adds what turns out. */
  span<T>(
    span: { name: string; kind: "server" | "client" | "internal"; attributes: SpanAttributes; parent?: string | null },
    work: (note: (attributes: SpanAttributes) => void) => Promise<T>,
  ): Promise<T>;
  /** The `traceparent` with which others go on below the span that runs now; null outside of one. */
  traceparent(): string | null;
};
