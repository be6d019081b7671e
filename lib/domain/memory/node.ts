export const memoryKinds = ["plan_session", "page", "plan", "issue", "decision"] as const;
/** What a node of memory stands for. */
export type MemoryKind = (typeof memoryKinds)[number];

export const edgeKinds = ["session_plan", "page_plan", "plan_issue", "used_in_planning"] as const;
/** How one node led to another: from the older to the younger. */
export type EdgeKind = (typeof edgeKinds)[number];
