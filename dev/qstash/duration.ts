const unitMs: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `6m5s`, `1d`: milliseconds, null where it is no duration. */
export function readDuration(text: string): number | null {
  if (!/^(\d+[smhd])+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ""] ?? 0),
    0,
  );
}

/** `Retry-After`: seconds, an HTTP date, or a duration. */
export function readRetryAfter(text: string | null, now: number): number | null {
  if (text === null || text.trim() === "") return null;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const duration = readDuration(text.trim());
  if (duration !== null) return duration;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
