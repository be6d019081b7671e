import { testDatabase } from "../../support/test-database.js";
import { storesContract } from "./suite.js";

storesContract("PGlite", () => testDatabase({ on: "pglite" }));
