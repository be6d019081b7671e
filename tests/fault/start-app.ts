/** `node start-app.cjs APP CODE`: runs the bundled application with the code that a process before it has compiled, where that was kept. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";

const [app = "", code = ""] = process.argv.slice(2);
const script = new Script(`(function (require) {${readFileSync(app, "utf8")}\n})`, {
  filename: app,
  ...(existsSync(code) ? { cachedData: readFileSync(code) } : {}),
});
const run = script.runInThisContext() as (require: NodeJS.Require) => void;
run(createRequire(app));

// What has run by now is compiled. A name of its own first, because others may be about to read, or to write theirs.
process.on("message", (message) => {
  if (message !== "keep your code") return;
  const own = `${code}.${process.pid}`;
  writeFileSync(own, script.createCachedData());
  renameSync(own, code);
  process.send?.({ kept: true });
});
