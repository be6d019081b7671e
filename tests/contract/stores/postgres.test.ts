import { describe } from "vitest";
import { testDatabase, testServer } from "../../support/test-database.js";
import { storesContract } from "./suite.js";

describe.runIf(testServer !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  storesContract("PostgreSQL", () => testDatabase({ on: "postgres" }));
});
