import { RequestError } from "../../lib/domain/errors.js";
import { readCron } from "./cron.js";
import { newId, parsed, type QueuedMessage, readMessage } from "./message.js";

export type Schedule = {
  scheduleId: string;
  cron: string;
  destination: string;
  headers: Record<string, string>;
  body: string;
  createdAt: number;
  nextAt: number;
};

export type Scheduler = {
  create: (destination: string, headers: Headers, body: Uint8Array) => { scheduleId: string };
  remove: (scheduleId: string) => boolean;
  fireAll: () => void;
  close: () => void;
};

const longestTimerMs = 2 ** 31 - 1;

/** Publishes each schedule's message when its cron says so; what was due while nobody ran is not made up for. */
export function scheduler(
  schedules: Record<string, Schedule>,
  options: { changed: () => void; now: () => number; publish: (message: QueuedMessage) => void },
): Scheduler {
  const { changed, now, publish } = options;
  let timer: NodeJS.Timeout | undefined;

  const toMessage = (schedule: Schedule): QueuedMessage => ({
    ...readMessage(schedule.destination, new Headers(schedule.headers), Buffer.from(schedule.body, "base64"), now()),
    scheduleId: schedule.scheduleId,
  });

  const arm = () => {
    clearTimeout(timer);
    const next = Math.min(...Object.values(schedules).map(({ nextAt }) => nextAt));
    if (Number.isFinite(next)) timer = setTimeout(fireDue, Math.min(Math.max(next - now(), 1), longestTimerMs)).unref();
  };

  const fireDue = () => {
    for (const schedule of Object.values(schedules)) {
      if (schedule.nextAt > now()) continue;
      schedule.nextAt = readCron(schedule.cron)(now());
      publish(toMessage(schedule));
    }
    changed();
    arm();
  };

  for (const schedule of Object.values(schedules)) schedule.nextAt = readCron(schedule.cron)(now());
  arm();

  return {
    create(destination, headers, body) {
      const cron = headers.get("upstash-cron");
      if (cron === null) throw new RequestError("invalid_header", 400, "upstash-cron is missing");
      const schedule: Schedule = {
        scheduleId: headers.get("upstash-schedule-id") ?? newId("scd"),
        cron,
        destination,
        headers: Object.fromEntries(
          [...headers].filter(([name]) => name.startsWith("upstash-") || name === "content-type"),
        ),
        body: Buffer.from(body).toString("base64"),
        createdAt: now(),
        nextAt: parsed(() => readCron(cron))(now()),
      };
      // Refuses now what would fail at each firing.
      toMessage(schedule);
      schedules[schedule.scheduleId] = schedule;
      changed();
      arm();
      return { scheduleId: schedule.scheduleId };
    },
    remove(scheduleId) {
      const found = scheduleId in schedules;
      delete schedules[scheduleId];
      changed();
      arm();
      return found;
    },
    fireAll: () => Object.values(schedules).forEach((schedule) => publish(toMessage(schedule))),
    close: () => clearTimeout(timer),
  };
}
