import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keyring } from "../../lib/db/keyring.js";

const aKey = () => randomBytes(32).toString("base64");
const place = { provider: "linear", row: "row-1", kind: "access_token" };
const unreadable = (reason: string) =>
  expect.objectContaining({ name: "FatalError", code: "secret_unreadable", context: { reason, ...place } });

describe("A keyring", () => {
  it("opens what it sealed, in the form v1.<key id>.<base64url>, never twice the same", () => {
    const keys = keyring(`k1:${aKey()}`);
    const sealed = keys.seal("lin_oauth_ünïcode", place);

    expect(sealed).toMatch(/^v1\.k1\.[A-Za-z0-9_-]+$/);
    expect(keys.open(sealed, place)).toBe("lin_oauth_ünïcode");
    expect(keys.seal("lin_oauth_ünïcode", place)).not.toBe(sealed);
    expect(keys.open(keys.seal("", place), place)).toBe("");
  });

  it("opens nothing that was moved to another row, kind or provider", () => {
    const keys = keyring(`k1:${aKey()}`);
    const sealed = keys.seal("secret", place);

    for (const moved of [{ row: "row-2" }, { kind: "refresh_token" }, { provider: "confluence" }])
      expect(() => keys.open(sealed, { ...place, ...moved })).toThrow(
        expect.objectContaining({ code: "secret_unreadable" }),
      );
  });

  it("opens nothing of which one byte was changed, wherever it lies", () => {
    const keys = keyring(`k1:${aKey()}`);
    const [head, kid, encoded = ""] = keys.seal("secret", place).split(".");
    const bytes = Buffer.from(encoded, "base64url");

    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => keys.open(`${head}.${kid}.${changed.toString("base64url")}`, place)).toThrow(
        unreadable("changed_or_moved"),
      );
    }
    expect(() => keys.open(`${head}.${kid}.${encoded.slice(0, 20)}`, place)).toThrow(unreadable("not_sealed"));
    expect(() => keys.open("lin_oauth_in_clear", place)).toThrow(unreadable("not_sealed"));
  });

  it("seals with the first key, opens with all, and knows what is to be sealed again", () => {
    const [old, young] = [`2025:${aKey()}`, `2026:${aKey()}`];
    const before = keyring(old);
    const after = keyring(`${young}, ${old}`);
    const sealed = before.seal("secret", place);

    expect(after.open(sealed, place)).toBe("secret");
    expect(after.needsReseal(sealed)).toBe(true);
    expect(after.needsReseal(after.seal("secret", place))).toBe(false);
    expect(() => keyring(young).open(sealed, place)).toThrow(unreadable("unknown_key"));
  });

  it("does not open one key's value under the name of another", () => {
    const bytes = aKey();
    const sealed = keyring(`k1:${bytes}`).seal("secret", place);

    expect(() => keyring(`k2:${bytes}`).open(sealed.replace("v1.k1.", "v1.k2."), place)).toThrow(
      unreadable("changed_or_moved"),
    );
  });

  it("names no key where its specification is wrong", () => {
    const short = randomBytes(16).toString("base64");
    const key = aKey();

    expect(() => keyring("")).toThrow("a key of the keyring does not have the form id:base64");
    expect(() => keyring(`k1:${short}`)).toThrow("key k1 has 16 bytes instead of 32");
    expect(() => keyring(`k1:${key},k1:${key}`)).toThrow("the keyring names key k1 twice");
    expect(() => keyring(key)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(key) as string }),
    );
  });
});

describe("A sealed link", () => {
  const keys = keyring(`k1:${aKey()}`);
  const link = keys.sealLink("connect", { id: "one" }, 1_000);

  it("gives its content back until it expires", () => {
    expect(link).toBe(encodeURIComponent(link));
    expect(keys.openLink("connect", link, 999)).toEqual({ id: "one" });
    expect(() => keys.openLink("connect", link, 1_000)).toThrow(
      expect.objectContaining({ code: "link_expired", status: 410 }),
    );
  });

  it("is refused where it was changed, cut or made for another use", () => {
    const invalid = expect.objectContaining({ code: "link_invalid", status: 400 });

    for (const bad of [link.slice(0, -2), `${link}x`, "", keys.seal("{}", place)])
      expect(() => keys.openLink("connect", bad, 0)).toThrow(invalid);
    expect(() => keys.openLink("spaces", link, 0)).toThrow(invalid);
  });
});
