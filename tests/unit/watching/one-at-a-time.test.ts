import fc from "fast-check";
import { expect, it } from "vitest";
import { oneAtATime } from "../../../lib/domain/one-at-a-time.js";

it("runs never overlap, and each call is followed by the whole of a run that began after it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.nat(3), { maxLength: 12 }), async (scheduler, calls) => {
      let [running, begun, ended] = [0, 0, 0];
      const run = oneAtATime(async () => {
        running += 1;
        begun += 1;
        expect(running).toBe(1);
        await scheduler.schedule(Promise.resolve(), "run");
        running -= 1;
        ended += 1;
        if (begun % 3 === 0) throw new Error("fails now and then");
      });
      const asked = calls.map((delay, n) =>
        scheduler.schedule(Promise.resolve(), `call ${n} ${delay}`).then(async () => {
          const before = begun;
          await run().catch(() => undefined);
          expect(ended).toBeGreaterThan(before);
        }),
      );
      await scheduler.waitFor(Promise.all(asked));
      expect(begun).toBeLessThanOrEqual(calls.length);
    }),
    { numRuns: 100 },
  );
});
