import { testDatabase } from "../../support/test-database.js";
import { storesContract } from "./suite.js";

storesContract("Stores on PGlite", () => testDatabase({ on: "pglite" }));
