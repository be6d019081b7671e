import { routes } from "../route.js";

export const accessRoutes = routes({});
