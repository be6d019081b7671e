import { testDatabase } from "../../support/test-database.js";
import { stateCommands } from "./state-commands.js";

stateCommands("PGlite", () => testDatabase({ on: "pglite" }));
