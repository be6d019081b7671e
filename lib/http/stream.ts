import { streamRoutes } from "../contract/routes/streams.js";
import { type StreamDeps, streamHandlers } from "./api/handlers/streams.js";
import { apiServer, type KernelDeps } from "./api/kernel.js";

/** The streams of sessions: a function of their own, because they run as long as a function may. */
export const streams = (deps: () => KernelDeps & StreamDeps): ((request: Request) => Promise<Response>) =>
  apiServer(streamRoutes, deps, streamHandlers);
