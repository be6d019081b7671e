import { currentRequestId } from "../http/request.js";
import type { Log } from "../ports.js";

/** One JSON line for each thing that happened: when, for which request, with ids and never contents. */
export const jsonLog = (write: (line: string) => void = console.log): Log => {
  const at = (level: string) => (event: string, context: Record<string, unknown>) => {
    const requestId = currentRequestId();
    write(
      JSON.stringify({ at: new Date().toISOString(), level, event, ...(requestId ? { requestId } : {}), ...context }),
    );
  };
  return { info: at("info"), warn: at("warn"), error: at("error") };
};
