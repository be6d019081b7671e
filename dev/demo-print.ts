import type { DemoReport } from "./demo-run.js";
import type { ReportedIssue } from "./report.js";

/** Prints the issue tree as it now stands in Linear. */
export function printIssues(issues: ReportedIssue[]): void {
  if (issues.length === 0) return;
  console.log("\nIn Linear now:\n");
  const children = groupByParent(issues);
  const known = new Set(issues.map((issue) => issue.identifier));
  const print = (issue: ReportedIssue, depth: number) => {
    const facts = [
      issue.estimate === null ? null : `${issue.estimate} points`,
      issue.priority,
      issue.blocks.length > 0 ? `blocks ${issue.blocks.join(", ")}` : null,
    ].filter((fact) => fact !== null);
    console.log(
      `${"  ".repeat(depth)}${issue.identifier}  ${issue.kind}  ${issue.title}${facts.length > 0 ? `  (${facts.join(", ")})` : ""}`,
    );
    for (const child of children.get(issue.identifier) ?? []) print(child, depth + 1);
  };
  for (const issue of issues) if (issue.parent === null || !known.has(issue.parent)) print(issue, 0);
}

function groupByParent(issues: ReportedIssue[]): Map<string | null, ReportedIssue[]> {
  const groups = new Map<string | null, ReportedIssue[]>();
  for (const issue of issues) groups.set(issue.parent, [...(groups.get(issue.parent) ?? []), issue]);
  return groups;
}

/** Prints how it ended and what it took. */
export function printReport(report: DemoReport): void {
  const seconds = (report.ms / 1000).toFixed(1);
  console.log(
    `\n${report.status}: ${report.issues.length} items, ${report.linearRequests} requests to Linear for the plan and ${report.agentRequests} to speak, ${seconds} s from the answer to the end.`,
  );
}
