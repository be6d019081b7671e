import { createServer } from "node:net";
import { expect, it } from "vitest";
import { startWorld } from "../../../dev/world.js";

/** Tries to listen where the world is; binding without a host's name happens at once. */
function takeAddress(url: string): Promise<string> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    server.once("listening", () => server.close(() => resolve("taken away")));
    server.listen(Number(new URL(url).port));
  });
}

it("A world's address is its own from the moment it is named, while the world is still being made", async () => {
  const attempts: Promise<string>[] = [];
  const world = await startWorld({
    state: (_name, url) => {
      attempts.push(takeAddress(url));
      return { load: () => undefined, save: () => undefined, flush: () => undefined };
    },
  });
  expect(await Promise.all(attempts)).toEqual(["EADDRINUSE", "EADDRINUSE"]);
  expect((await fetch(`${world.url}/linear/graphql`, { method: "POST" })).status).toBeLessThan(500);
  await world.close();
});
