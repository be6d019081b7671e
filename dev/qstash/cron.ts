const ranges = [
  { name: "minute", first: 0, last: 59 },
  { name: "hour", first: 0, last: 23 },
  { name: "day", first: 1, last: 31 },
  { name: "month", first: 1, last: 12 },
  { name: "weekday", first: 0, last: 6 },
] as const;

const minuteMs = 60_000;
const horizonMinutes = 366 * 24 * 60;

/** Reads five cron fields, also with `CRON_TZ=Europe/Berlin ` in front; returns when it fires next after an instant. Throws where it is no cron. */
export function readCron(text: string): (after: number) => number {
  const [, zone = "UTC", rest = ""] = /^(?:CRON_TZ=(\S+)\s+)?(.*)$/.exec(text.trim()) ?? [];
  const parts = rest.split(/\s+/);
  if (parts.length !== ranges.length) throw new Error(`"${text}" is no cron expression of five fields`);
  const fields = ranges.map((range, i) => readField(parts[i] ?? "", range, text));
  const [days, weekdays] = [parts[2], parts[4]];
  const clock = zoneClock(zone);

  const fires = (instant: number) => {
    const values = clock(instant);
    const matches = fields.map((field, i) => field.has(values[i] ?? -1));
    // As in every cron: where both days are given, one of them is enough.
    const onDay = days !== "*" && weekdays !== "*" ? matches[2] || matches[4] : matches[2] && matches[4];
    return matches[0] && matches[1] && matches[3] && onDay;
  };
  return (after) => {
    const first = (Math.floor(after / minuteMs) + 1) * minuteMs;
    for (let i = 0; i < horizonMinutes; i += 1) if (fires(first + i * minuteMs)) return first + i * minuteMs;
    return Number.POSITIVE_INFINITY;
  };
}

function readField(field: string, range: (typeof ranges)[number], text: string): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) throw new Error(`"${text}" is no cron expression: ${range.name} ${part}`);
    const [, from, to, step] = match;
    const first = Number(from ?? range.first);
    const last = Number(to ?? (from === undefined || step !== undefined ? range.last : from));
    // 7 is Sunday too.
    const upper = range.name === "weekday" ? 7 : range.last;
    if (first < range.first || last > upper || first > last || Number(step ?? 1) < 1)
      throw new Error(`"${text}" is no cron expression: ${range.name} ${part}`);
    for (let value = first; value <= last; value += Number(step ?? 1))
      values.add(range.name === "weekday" ? value % 7 : value);
  }
  return values;
}

function zoneClock(zone: string): (instant: number) => number[] {
  if (zone === "UTC")
    return (instant) => {
      const date = new Date(instant);
      return [date.getUTCMinutes(), date.getUTCHours(), date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCDay()];
    };
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    minute: "numeric",
    hour: "numeric",
    day: "numeric",
    month: "numeric",
    year: "numeric",
  });
  return (instant) => {
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const { minute = 0, hour = 0, day = 1, month = 1, year = 1970 } = part;
    return [minute, hour, day, month, new Date(Date.UTC(year, month - 1, day)).getUTCDay()];
  };
}
