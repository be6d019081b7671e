import type { ReplyRow } from "./replies.js";

/** The other half of the table, written without sight of the grammar. */
export const blindReplies: ReplyRow[] = [];
