import type { Faults } from "../faults.js";
import type { Simulator } from "../simulator.js";
import { neonHttp } from "./neon-http.js";
import type { SqlEngine, SqlResult } from "./sql-engine.js";

/** Neon among the simulators; `POST /control/neon/query` with `{sql}` shows what is in the database. */
export function neonSimulator(
  engine: SqlEngine,
  options: { faults?: Faults } = {},
): Simulator & { control: { query: (input: { sql: string }) => Promise<Record<string, string | null>[]> } } {
  return {
    name: "neon",
    fetch: neonHttp(engine, options),
    control: {
      async query({ sql }) {
        const [result] = await engine.run([{ query: sql, params: [] }], { transaction: null });
        return result ? toObjects(result) : [];
      },
    },
    close: () => engine.close(),
  };
}

const toObjects = ({ fields, rows }: SqlResult) =>
  rows.map((row) => Object.fromEntries(fields.map(({ name }, i) => [name, row[i] ?? null])));
