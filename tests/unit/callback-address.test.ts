import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCallbackAddress } from "../../lib/domain/callback-address.js";

describe("The address that a sign-in's code is sent to", () => {
  it.each([
    "vscode://acme.linear-planning/signed-in",
    "vscode-insiders://acme.linear-planning/signed-in?windowId=3",
    "vscodium://acme.linear-planning/",
    "cursor://acme.linear-planning",
    "windsurf://acme.linear_planning/x",
    "code-oss://acme.linear-planning/x",
    "http://127.0.0.1:51342/callback",
    "http://127.0.0.1/callback?a=b",
    "http://localhost:1/",
  ])("may be an editor's extension or this machine: %s", (address) => {
    expect(readCallbackAddress(address)).toBe(new URL(address).href);
  });

  it.each([
    "https://evil.test/",
    "http://evil.test/",
    "https://localhost:3000/",
    "http://localhost.evil.test/",
    "http://127.0.0.1.evil.test/",
    "http://127.0.0.2:80/",
    "http://[::1]:80/",
    "http://0.0.0.0/",
    "http://localhost@evil.test/",
    "http://evil.test#@localhost/",
    "http://evil.test\\@localhost/",
    "http://user:secret@localhost/",
    "http://localhost/#code",
    "http://localhost./",
    "vscode://acme/signed-in",
    "vscode://acme.planning.more/",
    "vscode://acme.planning:80/",
    "vscode:acme.planning/signed-in",
    "vscode:///acme.planning",
    "vscode://vscode-remote/ssh",
    "vscode://file/etc/passwd",
    "vscode://-x.planning/",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://localhost/",
    "ws://localhost/",
    "//localhost/",
    "/signed-in",
    "",
    `http://localhost/${"x".repeat(2_000)}`,
  ])("is nothing else: %s", (address) => {
    expect(readCallbackAddress(address)).toBeNull();
  });

  it("leads to this machine whatever address was taken", () => {
    const part = fc.constantFrom(
      "http",
      "https",
      "vscode",
      "cursor",
      "://",
      ":",
      "/",
      "@",
      "localhost",
      "127.0.0.1",
      ".",
    );
    const more = fc.constantFrom(
      "evil.test",
      "acme.planning",
      "#",
      "?",
      "\\",
      "%40",
      "[::1]",
      "\t",
      "user",
      "80",
      "。",
    );
    const text = fc
      .array(fc.oneof(part, more, fc.string({ maxLength: 3 })), { maxLength: 8 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, (address) => {
        const taken = readCallbackAddress(address);
        if (taken === null) return;
        const { protocol, host, username, password } = new URL(taken);
        expect(username + password).toBe("");
        expect(`${protocol}//${host}`).toMatch(
          /^(http:\/\/(localhost|127\.0\.0\.1)(:\d+)?|(vscode|cursor):\/\/[\w-]+\.[\w-]+)$/,
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
