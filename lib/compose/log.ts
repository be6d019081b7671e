import type { Log } from "../ports.js";

/** One JSON line for each thing that happened, with ids and never contents. */
export const jsonLog = (write: (line: string) => void = console.log): Log => {
  const at = (level: string) => (event: string, context: Record<string, unknown>) =>
    write(JSON.stringify({ level, event, ...context }));
  return { info: at("info"), warn: at("warn"), error: at("error") };
};
