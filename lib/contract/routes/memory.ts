import { routes } from "../route.js";

export const memoryRoutes = routes({});
