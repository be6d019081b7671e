import { enum as oneOf, number, object, optional, string } from "zod/mini";
import { RequestError } from "../lib/domain/errors.js";
import type { Fault, Faults } from "./faults.js";
import { problem, type Route } from "./host.js";
import type { Simulator } from "./simulator.js";

const FaultInput = object({
  kind: oneOf([
    "latency",
    "rate_limited",
    "server_error",
    "timeout",
    "truncated",
    "lost_answer",
    "duplicate",
    "reorder",
    "delay",
    "drop",
  ] satisfies Fault["kind"][]),
  on: string(),
  chance: optional(number()),
  times: optional(number()),
  after: optional(number()),
  ms: optional(number()),
});

/**
 * What people and tests do to the simulators: `GET /control` lists it all, `POST /control/<simulator>/<name>` does it with a JSON body (`GET`
 * where it needs none). Each simulator with a place in `faults` has `faults` besides: GET lists, POST adds, DELETE clears.
 */
export function controlRoutes(simulators: Simulator[], faults: Record<string, Faults> = {}): Route {
  const byName = new Map(simulators.map((simulator) => [simulator.name, simulator]));
  return async (request) => {
    const [, , name = "", action = ""] = new URL(request.url).pathname.split("/");
    if (name === "") return Response.json({ simulators: simulators.map((simulator) => describe(simulator, faults)) });
    const simulator = byName.get(name);
    if (!simulator) return problem(404, `There is no simulator ${name}; there is ${[...byName.keys()].join(", ")}`);
    if (action === "") return Response.json(describe(simulator, faults));
    try {
      const switches = faults[name];
      if (action === "faults" && switches) return Response.json(await changeFaults(switches, request));
      const control = Object.hasOwn(simulator.control, action) ? simulator.control[action] : undefined;
      if (!control)
        return problem(404, `${name} has no control ${action}; it has ${controlNames(simulator, faults).join(", ")}`);
      const input = request.method === "GET" ? undefined : await readInput(request);
      return Response.json((await control(input as never)) ?? null);
    } catch (error) {
      return refuse(error);
    }
  };
}

async function changeFaults(faults: Faults, request: Request): Promise<Fault[]> {
  if (request.method === "DELETE") faults.clear();
  if (request.method === "POST") faults.add(FaultInput.parse(await readInput(request)));
  return faults.list();
}

async function readInput(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RequestError("invalid_json", 400, "The body is not JSON", { cause: error });
  }
}

/** What a control throws tells its caller what was wrong with the call. */
function refuse(error: unknown): Response {
  if (error instanceof RequestError) return problem(error.status, error.message);
  return problem(400, error instanceof Error ? error.message : String(error));
}

const controlNames = (simulator: Simulator, faults: Record<string, Faults>) => [
  ...Object.keys(simulator.control),
  ...(faults[simulator.name] ? ["faults"] : []),
];

const describe = (simulator: Simulator, faults: Record<string, Faults>) => ({
  name: simulator.name,
  controls: controlNames(simulator, faults).map((control) => `/control/${simulator.name}/${control}`),
  faults: faults[simulator.name]?.list() ?? [],
});
