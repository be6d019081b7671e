import { expect, it } from "vitest";
import { toTokenSet } from "../../lib/domain/token-set.js";

it("counts a token as expired a tenth of its life early, and at most five minutes", () => {
  const livesFor = (expires_in?: number) =>
    toTokenSet({ access_token: "a", ...(expires_in === undefined ? {} : { expires_in }) }, 1_000).expiresAt.getTime() -
    1_000;
  expect([livesFor(100), livesFor(86_400), livesFor()]).toEqual([90_000, 86_100_000, 3_300_000]);
});

it("says that there is no refresh token and no scope where the answer names none", () => {
  expect(toTokenSet({ access_token: "a" }, 0)).toMatchObject({ accessToken: "a", refreshToken: null, scope: "" });
});
