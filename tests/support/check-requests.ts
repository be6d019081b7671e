import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { sql } from "drizzle-orm";
import { wholeApi } from "../../lib/contract/api.js";
import { openApi } from "../../lib/contract/openapi.js";
import { problemCodes } from "../../lib/contract/problem-codes.js";
import { transport, type Answered } from "./api-transport.js";
import { type ApiWorld, apiWorld } from "./api-world.js";
import { sequencesOf } from "./generated-requests.js";
import { type Operation, operationsOf } from "./operations.js";
import { aPlayground, type Resolved } from "./playground.js";
import { aScene, rowsOf } from "./scene.js";

export type Tally = { sent: number; authorised: number; succeeded: number; statuses: Record<number, number> };
export type Report = { requests: number; authorised: number; succeeded: number; byOperation: Map<string, Tally> };

const document = openApi(wholeApi);
const operations = operationsOf(document);
const secret = "zyzzyva";

type Options = {
  requests: number;
  seed?: number;
  path?: string;
  /** Requests in a sequence. */
  length?: number;
  onProgress?: (sent: number) => void;
};

/**
 * Sends generated requests in sequences, each in an organization of its own, and holds every answer against the OpenAPI document. Throws
 * with the request that is answered wrongly, and the seed.
 */
export async function checkRequests(options: Options): Promise<Report> {
  const silent = () => undefined;
  const failures: string[] = [];
  const error = (event: string, line: object) => void failures.push(`${event} ${JSON.stringify(line)}`);
  const world = await apiWorld({ deps: { log: { info: silent, warn: silent, error } } });
  try {
    return await checkIn(world, failures, options);
  } finally {
    await world.close();
  }
}

async function checkIn(world: ApiWorld, failures: string[], options: Options): Promise<Report> {
  const { requests, length = 40, onProgress = () => undefined, seed, path } = options;
  const carry = transport(world);
  const aStranger = async (organization: string) =>
    world.aPerson(await world.anOrganization(organization), { role: "admin", name: secret });
  const [stranger, victim] = [await aStranger(`org-${secret}`), await aStranger(`org-other-${secret}`)];
  await aScene(world, stranger, { word: secret });
  const theirs = await aScene(world, victim, { word: secret });
  const before = await rowsOf(world, victim.organizationId);
  const holds = againstDocument();
  const byOperation = new Map<string, Tally>(
    operations.map(({ operationId }) => [operationId, { sent: 0, authorised: 0, succeeded: 0, statuses: {} }]),
  );
  let sent = 0;

  const property = fc.asyncProperty(sequencesOf(operations, length), async (sequence) => {
    const place = await aPlayground(world, theirs, stranger);
    for (const drawn of sequence) {
      const operation = operations.find(({ operationId }) => operationId === drawn.operationId);
      if (!operation) continue;
      const request = place.resolve(operation, drawn);
      const answered = await carry(request.path, request.init);
      const wrong = holds(operation, answered) ?? leak(answered, drawn.caller === "stranger", request.init);
      if (wrong) throw new Error([wrong, shown(request, answered), ...failures].join("\n"));
      await place.learn(operation, answered.status, parsed(answered));
      note(byOperation.get(operation.operationId), answered.status, request.isAuthorised);
      onProgress(++sent);
    }
  });
  const outcome = await fc.check(property, {
    numRuns: Math.ceil(requests / length),
    // The request and its answer say enough; to shrink a sequence takes long.
    endOnFailure: true,
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
  });
  if (outcome.failed)
    throw new Error(`--seed ${outcome.seed} --path ${outcome.counterexamplePath}`, { cause: outcome.errorInstance });

  const gaps = await world.db.query(sql`
    select s.id from planning_sessions s
      left join lateral (select count(*) as n, max(seq) as last from session_events e where e.session_id = s.id) log on true
     where s.last_seq <> log.n or s.last_seq <> coalesce(log.last, 0)`);
  if (gaps.length > 0) throw new Error(`logs have gaps: ${JSON.stringify(gaps)}`);
  if (JSON.stringify(await rowsOf(world, victim.organizationId)) !== JSON.stringify(before))
    throw new Error("rows of another organization have changed");
  const tallies = [...byOperation.values()];
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  return {
    requests: sent,
    authorised: sum((one) => one.authorised),
    succeeded: sum((one) => one.succeeded),
    byOperation,
  };
}

const shown = ({ path, init }: Resolved, { status, text }: Answered): string =>
  `${init.method} ${path}\n${init.body?.slice(0, 1_000) ?? ""}\n${status} ${text.slice(0, 1_000)}`;

function note(tally: Tally | undefined, status: number, isAuthorised: boolean): void {
  if (!tally) return;
  tally.sent++;
  if (isAuthorised && status !== 401 && status !== 403) tally.authorised++;
  if (status >= 200 && status < 300) tally.succeeded++;
  tally.statuses[status] = (tally.statuses[status] ?? 0) + 1;
}

/** The other organization's texts are seen by its own people only. */
const leak = ({ text }: Answered, isTheirs: boolean, { body, headers }: Resolved["init"]): string | null =>
  !isTheirs && text.includes(secret) && !`${body}${JSON.stringify(headers)}`.includes(secret)
    ? "shows what belongs to another organization"
    : null;

/** What is wrong with an answer: its status is no one that may be, or its content is not what the document says. */
function againstDocument(): (operation: Operation, answered: Answered) => string | null {
  const ajv = new Ajv2020({ strict: false, validateFormats: true });
  addFormats.default(ajv);
  const validators = new Map<string, ValidateFunction>();
  const { components } = document;
  const validatorOf = (key: string, schema: object): ValidateFunction => {
    const known = validators.get(key) ?? ajv.compile({ ...schema, components });
    validators.set(key, known);
    return known;
  };
  return (operation, answered) => {
    const { status, headers, text } = answered;
    if (status >= 500) return `${operation.operationId} broke`;
    const said = operation.responses[status] ?? operation.responses.default;
    const type = headers.get("content-type") ?? "";
    if (status >= 400) {
      if (type !== "application/problem+json") return `a problem is ${type || "nothing"}`;
      const problem = JSON.parse(text) as { code: string };
      const validate = validatorOf("problem", components.schemas?.Problem as object);
      if (!validate(problem)) return `no problem: ${ajv.errorsText(validate.errors)}`;
      const known = problemCodes[problem.code];
      return known?.status === status || known?.also === status
        ? null
        : `the code ${problem.code} with ${status} is in no list`;
    }
    if (!operation.responses[status]) return `${status} is not described`;
    const [[expected, content] = ["", undefined]] = Object.entries((said && "content" in said && said.content) || {});
    if (!content) return text === "" ? null : "there should be no body";
    if (type !== expected && operation.operationId !== "exportAudit") return `the answer is ${type}`;
    const value: unknown = type === "application/json" ? JSON.parse(text) : text;
    const validate = validatorOf(`${operation.operationId} ${status}`, content.schema);
    return validate(value) ? null : `not as described: ${ajv.errorsText(validate.errors)}`;
  };
}

function parsed({ text, headers }: Answered): unknown {
  return /^application\/(?:problem\+)?json$/.test(headers.get("content-type") ?? "")
    ? (JSON.parse(text) as unknown)
    : null;
}
