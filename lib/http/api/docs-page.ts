import type { JsonSchema } from "../../contract/json-schema.js";
import {
  accessInWords,
  type Answered,
  type OpenApi,
  type OpenApiOperation,
  type Parameter,
} from "../../contract/openapi.js";
import { problemCodes } from "../../contract/problem-codes.js";
import { escapeHtml as text, htmlPage } from "../pages.js";

const style = `main{max-width:none}body{max-width:56rem}h2{margin-top:3rem}h3{margin:2.5rem 0 .3rem;font-size:1rem}nav ul{columns:2}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-top:1px solid #d5d7de;overflow-wrap:anywhere}
pre{overflow-x:auto;padding:.7rem 1rem;border-radius:6px;background:#f3f4f7;font-size:.85rem}code{font-size:.9em}
a{color:inherit}:target{scroll-margin-top:1rem}@media(prefers-color-scheme:dark){pre{background:#23252c}th,td{border-color:#3a3d48}}`;

/** The OpenAPI document as a page for people: what there is, who may, what to send, what comes back. */
export function docsPage(
  document: OpenApi,
  requestsPerMinute: number,
): { headers: Record<string, string>; body: string } {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...operation })),
  );
  const groups = document.tags.map(({ name }) => ({
    name,
    operations: operations.filter(({ tags }) => tags.includes(name)),
  }));
  const content = [
    `<p>${marked(document.info.description)} For machines: <a href="/api/v1/openapi.json">the OpenAPI document</a>.</p>`,
    `<nav aria-label="Operations">${groups.map(contentsOf).join("")}</nav>`,
    general(requestsPerMinute),
    ...groups.map(
      (group) => `<section><h2>${text(capitalised(group.name))}</h2>${group.operations.map(shown).join("")}</section>`,
    ),
  ].join("\n");
  return htmlPage(document.info.title, content, style);
}

type Shown = OpenApiOperation & { method: string; path: string };

const contentsOf = ({ name, operations }: { name: string; operations: Shown[] }): string =>
  `<p>${text(capitalised(name))}</p><ul>${operations.map(({ operationId, summary }) => `<li><a href="#${text(operationId)}">${marked(summary)}</a></li>`).join("")}</ul>`;

const general = (requestsPerMinute: number): string => `
<h2 id="authentication">Authentication</h2>
<p>Browsers sign in with Linear and keep a cookie. Scripts and editors send an API token: <code>Authorization: Bearer lpa_…</code>.
A token does at most what its scope says: <code>read</code> what a viewer may, <code>write</code> what a member may, <code>admin</code> everything that its owner may.
Viewers read, members plan, admins decide who else may; a person's role in an engagement can differ from that in the organization.</p>
<h2 id="limits">Rate limits</h2>
<p>A person may make ${requestsPerMinute} requests in a minute, over all their browsers and tokens; so may an address from which nobody is signed in.
What is more is answered 429 with <code>Retry-After</code>, the seconds to wait.</p>
<h2 id="repeats">Repeats, lists and answers that have not changed</h2>
<p>Where an operation takes an <code>Idempotency-Key</code>, a repeat with the same key is answered as the first was and does nothing again; a request that failed may be repeated.
Lists come in pages: <code>next</code> of one is <code>cursor</code> of the one after. An answer's <code>ETag</code>, sent as <code>If-None-Match</code>, is answered 304 while nothing has changed.</p>
<h2 id="errors">Error codes</h2>
${table(
  ["Code", "Status", "Meaning"],
  Object.entries(problemCodes).map(([code, { status, also, means }]) => [
    codeOf(code),
    [status, also ?? []].flat().join(" or "),
    marked(means),
  ]),
)}`;

function shown(operation: Shown): string {
  const { operationId, method, path, summary, parameters, responses } = operation;
  const refusals = Object.keys(responses).filter((status) => "$ref" in (responses[status] ?? {}));
  const sent = operation.requestBody?.content["application/json"];
  return `<article id="${text(operationId)}"><h3><code>${method} ${text(path)}</code></h3>
<p>${marked(summary)}. ${text(accessInWords(operation["x-access"]))}</p>
${parameters.length === 0 ? "" : table(["Parameter", "In", "Value"], parameters.map(rowOf))}
<pre>${text(curl(operation))}</pre>
${sent ? `<details><summary>Body</summary><pre>${text(pretty(sent.schema))}</pre></details>` : ""}
${Object.entries(responses)
  .map(([status, answer]) => answered(status, answer))
  .join("")}
<p><small>Refused with ${refusals.map((status) => `<a href="#errors">${status}</a>`).join(", ")}</small></p></article>`;
}

const rowOf = ({ name, in: place, required, schema, description }: Parameter): string[] => [
  codeOf(name) + (required ? " <small>required</small>" : ""),
  place,
  description ? marked(description) : text(valueInWords(schema)),
];

function valueInWords({ type, format, enum: values, minimum, maximum, maxLength }: JsonSchema): string {
  if (values) return values.join(", ");
  const limits = [
    minimum === undefined ? "" : `at least ${minimum}`,
    maximum === undefined ? "" : `at most ${maximum}`,
    maxLength === undefined ? "" : `at most ${maxLength} characters`,
  ].filter(Boolean);
  return [format ?? type ?? "any", ...limits].join(", ");
}

function answered(status: string, answer: Answered | { $ref: string }): string {
  if (!status.startsWith("2") || "$ref" in answer) return "";
  const { content = {} } = answer;
  const [one] = Object.values(content);
  const types = Object.keys(content).map((type) => ` ${codeOf(type)}`);
  return `<p>${status}${types.join("")}</p>${one?.example === undefined ? "" : `<pre>${text(pretty(one.example))}</pre>`}`;
}

/** The request as somebody would try it. */
function curl({ method, path, parameters, requestBody, ...operation }: Shown): string {
  const examples = new Map(parameters.map(({ name, example }) => [name, String(example)]));
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => examples.get(name) ?? "");
  const body = requestBody?.content["application/json"]?.example;
  return [
    `curl ${method === "GET" ? "" : `-X ${method} `}"$BASE_URL${address}"`,
    ...(operation["x-access"] === "public" ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(body)}'`]),
  ].join(" \\\n  ");
}

function table(heads: string[], rows: string[][]): string {
  const cells = (row: string[], tag: string) => `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${cells(heads, "th")}</thead><tbody>${rows.map((row) => cells(row, "td")).join("")}</tbody></table>`;
}

const codeOf = (word: string): string => `<code>${text(word)}</code>`;
const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
/** Text in which backticks mark code. */
const marked = (words: string): string => text(words).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
