import { describe, expect, it } from "vitest";
import { checkRequests } from "../../support/check-requests.js";

describe("generated requests", () => {
  it("are answered as the OpenAPI document says, whatever they are: 500 of them", { timeout: 600_000 }, async () => {
    const { requests, authorised, succeeded } = await checkRequests({ requests: 500 });
    expect(requests).toBeGreaterThanOrEqual(500);
    expect(authorised / requests).toBeGreaterThan(0.6);
    expect(succeeded / requests).toBeGreaterThan(0.3);
  });
});
