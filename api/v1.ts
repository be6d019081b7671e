import { apiDeps, v1 } from "../build/api.js";

export default { fetch: v1(apiDeps) };
