/** A figure as the store keeps it: a sum or a state, of one series. */
export type Figure = {
  name: string;
  /** Empty where the series names no organization; `other` for those without series of their own. */
  organizationId: string;
  /** The values of the family's other labels, with blanks between. */
  label: string;
  /** Of a histogram: an upper bound, whose figure is without those of smaller ones, or `sum`. */
  bucket: string;
  value: number;
};

export type Family = {
  name: string;
  type: "counter" | "gauge" | "histogram";
  help: string;
  isByOrganization?: boolean;
  labels?: string[];
  /** Upper bounds of a histogram, in seconds. */
  buckets?: number[];
};

const inSeconds = (name: string, help: string): Family => ({ name, type: "gauge", help });

/** Every family of figures, in the order in which they are shown. The first four are named by the document of live plans. */
export const families: Family[] = [
  {
    name: "plan_events_total",
    type: "counter",
    help: "Live plans started (PLAN_START), steps added (PLAN_STEP), plans archived (PLAN_ARCHIVE).",
    isByOrganization: true,
    labels: ["event"],
  },
  {
    name: "plan_step_latency",
    type: "histogram",
    help: "Seconds from a request to add a step to its answer.",
    isByOrganization: true,
    buckets: [0.01, 0.05, 0.1, 0.2, 0.5, 0.8],
  },
  {
    name: "plan_active_total",
    type: "counter",
    help: "Times that a live plan became active: started, or taken back from the archive or from deletion.",
    isByOrganization: true,
  },
  {
    name: "plan_active",
    type: "gauge",
    help: "Live plans that are active now: neither archived nor deleted nor merged into another.",
    isByOrganization: true,
  },
  { name: "planning_sessions", type: "gauge", help: "Active planning sessions by status.", labels: ["status"] },
  {
    name: "planning_sessions_failed_total",
    type: "counter",
    help: "Planning sessions that failed, by the code of what went wrong.",
    labels: ["code"],
  },
  inSeconds(
    "planning_processing_idle_seconds",
    "How long the session at work that moved least recently has not moved.",
  ),
  { name: "planning_queue_unpublished_messages", type: "gauge", help: "Step messages that the queue has not got yet." },
  inSeconds(
    "planning_queue_oldest_message_age_seconds",
    "Age of the oldest step message that the queue has not got yet.",
  ),
  { name: "planning_outbox_unsent_effects", type: "gauge", help: "Words and checklists that Linear has not got yet." },
  inSeconds(
    "planning_outbox_oldest_effect_age_seconds",
    "Age of the oldest words or checklist that Linear has not got yet.",
  ),
  {
    name: "planning_outbox_closed_effects",
    type: "gauge",
    help: "Effects that were given up in the last day, by reason.",
    labels: ["reason"],
  },
  {
    name: "planning_plans_syncing",
    type: "gauge",
    help: "Plans whose synchronisation is not idle, by its status.",
    labels: ["sync_status"],
  },
  { name: "planning_leases_held", type: "gauge", help: "Plans that a step works on now." },
  {
    name: "planning_webhook_deliveries",
    type: "gauge",
    help: "Webhook deliveries accepted in the last hour, by provider.",
    labels: ["provider"],
  },
  { name: "planning_streams_open", type: "gauge", help: "Streams of live plans that are open now." },
  {
    name: "planning_api_requests_total",
    type: "counter",
    help: "Requests to the API that were answered, by operation and class of status.",
    labels: ["operation", "status"],
  },
  {
    name: "planning_api_request_duration_seconds",
    type: "histogram",
    help: "Seconds from a request to the API to its answer, by operation.",
    labels: ["operation"],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  { name: "planning_database_up", type: "gauge", help: "1 where the database answers, else 0." },
  {
    name: "planning_metrics_collected",
    type: "gauge",
    help: "1 for each part of these figures that could be read, else 0.",
    labels: ["part"],
  },
];

/** Sessions and plans are counted by these even where there are none. */
export const sessionStatuses = ["pending", "processing", "awaiting_input", "completed", "failed", "cancelled"];

/** A request that was answered, as the figures see it. */
export type Answered = { operation: string; status: number; seconds: number; organizationId: string | null };

/** Operations that add a step to a live plan. */
const addingSteps = new Set(["addPlanStep", "addStep"]);

/** What an answered request adds to the running sums. */
export function figuresOf({ operation, status, seconds, organizationId }: Answered): Figure[] {
  const requests = { name: "planning_api_requests_total", organizationId: "", bucket: "", value: 1 };
  const isAdded = addingSteps.has(operation) && status < 300 && organizationId !== null;
  return [
    { ...requests, label: `${operation} ${Math.floor(status / 100)}xx` },
    ...observed("planning_api_request_duration_seconds", { organizationId: "", label: operation }, seconds),
    ...(isAdded ? observed("plan_step_latency", { organizationId, label: "" }, seconds) : []),
  ];
}

function observed(name: string, series: Pick<Figure, "organizationId" | "label">, seconds: number): Figure[] {
  const bound = families.find((family) => family.name === name)?.buckets?.find((upper) => seconds <= upper);
  return [
    { name, ...series, bucket: bound === undefined ? "+Inf" : String(bound), value: 1 },
    { name, ...series, bucket: "sum", value: seconds },
  ];
}

/** Figures of the same series and bucket as one. */
export function summed(figures: readonly Figure[]): Figure[] {
  const sums = new Map<string, Figure>();
  for (const figure of figures) {
    const key = JSON.stringify([figure.name, figure.organizationId, figure.label, figure.bucket]);
    sums.set(key, { ...figure, value: (sums.get(key)?.value ?? 0) + figure.value });
  }
  return [...sums.values()];
}
