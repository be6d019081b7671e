import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import type { TestDatabase } from "../../support/test-database.js";
import { commitContract } from "./commit-contract.js";
import { commentsContract } from "./comments-contract.js";
import { haltContract } from "./halt-contract.js";
import { inboxStoreContract } from "./inbox-store-contract.js";
import { leaseStoreContract } from "./lease-store-contract.js";
import { livePlanContract } from "./live-plan-contract.js";
import { outboxStoreContract } from "./outbox-store-contract.js";
import { planClaimContract } from "./plan-claim-contract.js";
import { sessionStoreContract } from "./session-store-contract.js";
import { watchingContract } from "./watching-contract.js";
import { type Stores, stores } from "./stores.js";
import { syncCommitContract } from "./sync-commit-contract.js";
import { syncDueContract } from "./sync-due-contract.js";
import { syncIntakeContract } from "./sync-intake-contract.js";
import { syncStoreContract } from "./sync-store-contract.js";
import { acme } from "../../support/builders.js";

/** What every implementation of the stores must keep, whichever database stands behind it. No test may leave a gap in any log. */
export function storesContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`Stores on ${name}`, () => {
    let database: TestDatabase;
    let opened: Stores;
    beforeAll(async () => {
      database = await open();
      opened = stores(database);
    });
    afterAll(() => database.close());
    beforeEach(async () => {
      await database.reset();
      await opened.givenOrganization(acme);
    });
    afterEach(async () => {
      expect(await opened.brokenLogs(), "logs with a gap").toEqual([]);
    });

    const current = () => opened;
    commitContract(current);
    planClaimContract(current);
    sessionStoreContract(current);
    leaseStoreContract(current);
    outboxStoreContract(current);
    inboxStoreContract(current);
    haltContract(current);
    livePlanContract(current);
    watchingContract(current);
    syncStoreContract(current);
    syncCommitContract(current);
    syncDueContract(current);
    syncIntakeContract(current);
    commentsContract(current);
  });
}
