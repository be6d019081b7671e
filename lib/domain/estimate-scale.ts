/** How a Linear team estimates (`issueEstimationType`). */
export type EstimateScale = "notUsed" | "exponential" | "fibonacci" | "linear" | "tShirt";
