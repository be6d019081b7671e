import { describe } from "vitest";
import { testDatabase, testServer } from "../../support/test-database.js";
import { stateCommands } from "./state-commands.js";

describe.runIf(testServer !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  stateCommands("PostgreSQL", () => testDatabase({ on: "postgres" }));
});
