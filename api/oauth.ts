import { consoleDeps, oauth } from "../build/console.js";

export const GET = oauth(consoleDeps);
export const POST = oauth(consoleDeps);
