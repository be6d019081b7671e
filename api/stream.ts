import { streamDeps, streams } from "../build/stream.js";

export default { fetch: streams(streamDeps) };
