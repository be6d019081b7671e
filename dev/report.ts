import type { LocalWorld } from "./world.js";

/** An issue of a plan as people see it; `parent` and `blocks` by identifier. A project stands with its slug. */
export type ReportedIssue = {
  identifier: string;
  kind: string;
  title: string;
  parent: string | null;
  estimate: number | null;
  priority: "urgent" | "high" | "medium" | "low" | null;
  labels: string[];
  blocks: string[];
  url: string;
};

const priorities = [null, "urgent", "high", "medium", "low"] as const;

/** The issues and projects of a page's plan, in the order of the page, as Linear holds them now; what was thrown away is left out. */
export async function planIssues(world: LocalWorld, pageUrl: string): Promise<ReportedIssue[]> {
  const [result] = await world.engine.run(
    [
      {
        query: `select i.kind, i.linear_id from plan_items i join plans p on p.id = i.plan_id
                 where split_part(p.page_url, '/pages/', 2) like split_part(split_part($1, '/pages/', 2), '/', 1) || '/%' and i.linear_id is not null and i.state <> 'undone' order by i.position`,
        params: [pageUrl],
      },
    ],
    { transaction: null },
  );
  const issues = new Map(world.linear.control.issues().map((issue) => [issue.id, issue]));
  const projects = new Map(world.linear.control.projects().map((project) => [project.id, project]));
  return (result?.rows ?? []).flatMap(([kind, id]): ReportedIssue[] => {
    const issue = issues.get(id ?? "");
    if (issue && !issue.trashed)
      return [
        {
          identifier: issue.identifier,
          kind: kind ?? "",
          title: issue.title,
          parent: issue.parent ?? issue.project,
          estimate: issue.estimate,
          priority: priorities[issue.priority] ?? null,
          labels: issue.labels,
          blocks: issue.relations.filter((relation) => relation.type === "blocks").map((relation) => relation.issue),
          url: issue.url,
        },
      ];
    const project = projects.get(id ?? "");
    if (!project) return [];
    const { slugId, name, url, priority } = project;
    return [
      {
        identifier: slugId,
        kind: kind ?? "",
        title: name,
        parent: null,
        estimate: null,
        priority: priorities[priority] ?? null,
        labels: [],
        blocks: [],
        url,
      },
    ];
  });
}
