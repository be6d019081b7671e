import { describe, expect, it } from "vitest";
import { derivedUuid } from "../../../lib/domain/ids.js";
import { aLinear, createIssue, createIssues } from "./support.js";

const one = derivedUuid("issue", 1);
const two = derivedUuid("issue", 2);
const three = derivedUuid("issue", 3);

describe("creating issues", () => {
  it("numbers issues within their team and starts them in the backlog", async () => {
    const { ask, teamId } = aLinear();
    const first = await ask(createIssue, { input: { id: one, teamId, title: "First" } });
    const second = await ask(createIssue, { input: { teamId, title: "Second" } });
    expect(first.data?.issueCreate?.issue).toMatchObject({ id: one, identifier: "ENG-2", state: { type: "backlog" } });
    expect(first.data?.issueCreate?.issue?.url).toBe("https://linear.app/acme/issue/ENG-2/first");
    expect(second.data?.issueCreate?.issue?.identifier).toBe("ENG-3");
  });

  it("answers a second create of an id with the conflict that Linear gives", async () => {
    const { ask, teamId } = aLinear();
    await ask(createIssue, { input: { id: one, teamId, title: "First" } });
    const { status, data, errors } = await ask(createIssue, { input: { id: one, teamId, title: "Again" } });
    expect(status).toBe(400);
    expect(data).toBeNull();
    expect(errors?.[0]).toMatchObject({
      message: "conflict on insert of Issue",
      extensions: { code: "INPUT_ERROR", userPresentableMessage: `Entity Issue with id ${one} already exists.` },
    });
  });

  it("answers a comment's conflict with HTTP 200", async () => {
    const { ask } = aLinear();
    const comment = `mutation Note($input: CommentCreateInput!) { commentCreate(input: $input) { success } }`;
    const input = { id: one, issueId: "ENG-1", body: "Hello" };
    await ask(comment, { input });
    const { status, errors } = await ask(comment, { input });
    expect(status).toBe(200);
    expect(errors?.[0]?.message).toBe("conflict on insert of Comment");
  });

  it("takes a batch as a whole: one duplicate, and nothing of it is made", async () => {
    const { ask, control, teamId } = aLinear();
    await ask(createIssue, { input: { id: one, teamId, title: "First" } });
    const issues = [three, two, one].map((id) => ({ id, teamId, title: id }));
    const { status, errors } = await ask(createIssues, { input: { issues } });
    expect(status).toBe(400);
    expect(errors?.[0]?.message).toBe("conflict on insert of Issue");
    expect(control.issues().map(({ id }) => id)).not.toContain(two);
    const retried = await ask(createIssues, { input: { issues: issues.slice(0, 2) } });
    expect(retried.data?.issueBatchCreate?.issues?.map(({ identifier }) => identifier)).toEqual(["ENG-3", "ENG-4"]);
  });

  it("leaves out only the duplicate where batches fail one by one", async () => {
    const { ask, control, teamId } = aLinear({ switches: { batchDuplicate: "fails_only_itself" } });
    await ask(createIssue, { input: { id: one, teamId, title: "First" } });
    const issues = [one, two, three].map((id) => ({ id, teamId, title: id }));
    const { data } = await ask(createIssues, { input: { issues } });
    expect(data?.issueBatchCreate?.issues?.map(({ id }) => id)).toEqual([two, three]);
    expect(control.issues().filter(({ id }) => id === one)).toHaveLength(1);
  });

  it("knows a parent of the same batch only where that is allowed", async () => {
    const { ask, control, teamId } = aLinear();
    const input = {
      issues: [
        { id: one, teamId, title: "Parent" },
        { id: two, teamId, title: "Child", parentId: one },
      ],
    };
    const refused = await ask(createIssues, { input });
    expect(refused.errors?.[0]?.message).toBe("parentId contained an entry that could not be found.");
    control.configure({ parentInSameBatch: "allowed" });
    const allowed = await ask(createIssues, { input });
    expect(allowed.data?.issueBatchCreate?.issues?.[1]?.parent?.id).toBe(one);
  });

  it("keeps the id of a trashed issue, or frees it, as the switch says", async () => {
    const { ask, control, teamId } = aLinear();
    await ask(createIssue, { input: { id: one, teamId, title: "First" } });
    control.trashIssue({ issue: one });
    const kept = await ask(createIssue, { input: { id: one, teamId, title: "Again" } });
    expect(kept.errors?.[0]?.message).toBe("conflict on insert of Issue");
    control.configure({ trashedIssueKeepsId: false });
    const freed = await ask(createIssue, { input: { id: one, teamId, title: "Again" } });
    expect(freed.data?.issueCreate?.issue?.identifier).toBe("ENG-3");
    expect(control.issues().filter(({ id }) => id === one)).toHaveLength(1);
  });

  it("refuses an estimate off the team's scale, or rounds it, as the switch says", async () => {
    const { ask, control, teamId } = aLinear();
    const input = { teamId, title: "Big", estimate: 12 };
    const refused = await ask(createIssue, { input });
    expect(refused.errors?.[0]?.extensions.userPresentableMessage).toContain("1, 2, 3, 5, 8, 13, 21");
    control.configure({ offScaleEstimate: "rounded" });
    expect((await ask(createIssue, { input })).data?.issueCreate?.issue?.estimate).toBe(13);
    expect((await ask(createIssue, { input: { ...input, estimate: 21 } })).data?.issueCreate?.issue?.estimate).toBe(21);
  });

  it("stops at the free plan's limit", async () => {
    const { ask, teamId } = aLinear({ switches: { freeIssueLimit: 3 } });
    const issues = [one, two, three].map((id) => ({ id, teamId, title: id }));
    const { errors } = await ask(createIssues, { input: { issues } });
    expect(errors?.[0]?.message).toMatch(/^You've exceeded the free issue limit for this workspace/);
    const fits = await ask(createIssues, { input: { issues: issues.slice(0, 2) } });
    expect(fits.data?.issueBatchCreate?.success).toBe(true);
  });
});

describe("changing issues", () => {
  it("does the other fields of a document where one is refused", async () => {
    const { ask, control, teamId } = aLinear();
    for (const id of [one, two]) await ask(createIssue, { input: { id, teamId, title: id } });
    const { status, data, errors } = await ask(
      `mutation { a: issueUpdate(id: "${one}", input: { title: "One" }) { success }
        b: issueUpdate(id: "${three}", input: { title: "Three" }) { success }
        c: issueUpdate(id: "${two}", input: { title: "Two" }) { success } }`,
    );
    expect(status).toBe(200);
    expect(data).toEqual({ a: { success: true }, b: null, c: { success: true } });
    expect(errors).toMatchObject([{ path: ["b"], message: "Entity not found: Issue" }]);
    expect(control.issues().map(({ title }) => title)).toEqual(expect.arrayContaining(["One", "Two"]));
  });

  it("stops the document at the refused field where the schema is taken at its word", async () => {
    const { ask, control, teamId } = aLinear({ switches: { aliasedFailure: "stops_document" } });
    for (const id of [one, two]) await ask(createIssue, { input: { id, teamId, title: id } });
    const { status, data } = await ask(
      `mutation { a: issueUpdate(id: "${one}", input: { title: "One" }) { success }
        b: issueUpdate(id: "${three}", input: { title: "Three" }) { success }
        c: issueUpdate(id: "${two}", input: { title: "Two" }) { success } }`,
    );
    expect(status).toBe(400);
    expect(data).toBeNull();
    const titles = control.issues().map(({ title }) => title);
    expect(titles).toContain("One");
    expect(titles).not.toContain("Two");
  });

  it("keeps who changed what, and says the same nothing when nothing changes", async () => {
    const { ask, control } = aLinear();
    control.editIssue({ issue: "ENG-1", user: "Grace", change: { title: "Grace's title" } });
    control.editIssue({ issue: "ENG-1", user: "Grace", change: { title: "Grace's title" } });
    const history = `{ issue(id: "ENG-1") { history(first: 10) { nodes { actor { name } fromTitle toTitle } } } }`;
    expect((await ask(history)).data?.issue?.history?.nodes).toEqual([
      { actor: { name: "Grace Hopper" }, fromTitle: "Plan the next increment", toTitle: "Grace's title" },
    ]);
  });

  it("shows trashed issues only to those who ask for archived ones", async () => {
    const { ask } = aLinear();
    const read = `query Read($ids: [ID!]!, $all: Boolean) { issues(first: 10, includeArchived: $all, filter: { id: { in: $ids } }) {
      nodes { id trashed archivedAt } } }`;
    const id = (await ask(`{ issue(id: "eng-1") { id } }`)).data?.issue?.id;
    await ask(`mutation { issueDelete(id: "${id}") { success } }`);
    expect((await ask(read, { ids: [id] })).data?.issues?.nodes).toEqual([]);
    const [issue] = (await ask(read, { ids: [id], all: true })).data?.issues?.nodes ?? [];
    expect(issue).toMatchObject({ id, trashed: true, archivedAt: expect.any(String) as string });
  });

  it("finds issues by team and number, page by page", async () => {
    const { ask, control } = aLinear();
    for (const title of ["a", "b", "c"]) control.createIssue({ title });
    const page = `query Page($after: String) { issues(first: 2, after: $after, filter: { team: { key: { eq: "ENG" } }, number: { in: [2, 3, 4] } }) {
      nodes { identifier } pageInfo { hasNextPage endCursor } } }`;
    const first = (await ask(page)).data?.issues;
    const second = (await ask(page, { after: first?.pageInfo?.endCursor })).data?.issues;
    const found = [first, second].flatMap((issues) => issues?.nodes?.map(({ identifier }) => identifier));
    expect(new Set(found)).toEqual(new Set(["ENG-2", "ENG-3", "ENG-4"]));
    expect(found).toHaveLength(3);
    expect(second?.pageInfo?.hasNextPage).toBe(false);
  });
});

describe("labels, relations, attachments and projects", () => {
  const label = `mutation Label($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { issueLabel { id } } }`;

  it("has a label's name once in a team", async () => {
    const { ask, teamId } = aLinear();
    await ask(label, { input: { id: one, teamId, name: "Enabler" } });
    const { errors } = await ask(label, { input: { id: two, teamId, name: "enabler" } });
    expect(errors?.[0]?.message).toBe('Label "Enabler" already exists in team "Engineering".');
  });

  it("refuses two labels of one group on an issue", async () => {
    const { ask, teamId } = aLinear();
    await ask(label, { input: { id: one, teamId, name: "Kind", isGroup: true } });
    await ask(label, { input: { id: two, teamId, name: "Story", parentId: one } });
    await ask(label, { input: { id: three, teamId, name: "Epic", parentId: one } });
    const { errors } = await ask(createIssue, { input: { teamId, title: "Both", labelIds: [two, three] } });
    expect(errors?.[0]?.message).toBe("labelIds not exclusive child labels");
  });

  it("accepts, refuses or returns an equal relation, as the switch says", async () => {
    const { ask, control, teamId } = aLinear();
    await ask(createIssue, { input: { id: one, teamId, title: "Blocked" } });
    const relate = `mutation Relate($input: IssueRelationCreateInput!) { issueRelationCreate(input: $input) { issueRelation { id } } }`;
    const input = { issueId: "ENG-1", relatedIssueId: one, type: "blocks" };
    const first = await ask(relate, { input: { ...input, id: two } });
    expect(first.data?.issueRelationCreate?.issueRelation?.id).toBe(two);
    control.configure({ equalRelation: "returns_first" });
    const again = await ask(relate, { input: { ...input, id: three } });
    expect(again.data?.issueRelationCreate?.issueRelation?.id).toBe(two);
    control.configure({ equalRelation: "refused" });
    expect((await ask(relate, { input: { ...input, id: three } })).status).toBe(400);
    control.configure({ equalRelation: "accepted" });
    await ask(relate, { input: { ...input, id: three } });
    const inverse = `{ issue(id: "${one}") { inverseRelations(first: 10) { nodes { id type issue { identifier } } } } }`;
    const nodes = (await ask(inverse)).data?.issue?.inverseRelations?.nodes;
    expect(new Set(nodes?.map(({ id }) => id))).toEqual(new Set([two, three]));
    expect(nodes?.[0]).toMatchObject({ type: "blocks", issue: { identifier: "ENG-1" } });
  });

  it("has one attachment for an issue and a URL, with the fields sent last", async () => {
    const { ask } = aLinear();
    const attach = `mutation Attach($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { attachment { id } } }`;
    const url = "https://acme.atlassian.net/wiki/x#1";
    const first = await ask(attach, { input: { issueId: "ENG-1", url, title: "Page" } });
    const second = await ask(attach, { input: { issueId: "ENG-1", url, title: "Page, moved", subtitle: "Row 3" } });
    expect(second.data).toEqual(first.data);
    const found = await ask(
      `{ attachmentsForURL(url: "${url}", first: 5) { nodes { title subtitle issue { identifier } } } }`,
    );
    expect(found.data?.attachmentsForURL?.nodes).toEqual([
      { title: "Page, moved", subtitle: "Row 3", issue: { identifier: "ENG-1" } },
    ]);
  });

  it("makes projects that hold the team's issues", async () => {
    const { ask, teamId } = aLinear();
    const made = await ask(
      `mutation Project($input: ProjectCreateInput!) { projectCreate(input: $input) { project { id slugId url } } }`,
      { input: { id: one, name: "Checkout", teamIds: [teamId], content: "- why" } },
    );
    await ask(createIssue, { input: { teamId, title: "Pay", projectId: one } });
    const project = made.data?.projectCreate?.project;
    expect(project?.url).toBe(`https://linear.app/acme/project/checkout-${project?.slugId}`);
    const read = `query Read($ids: [ID!]!) { projects(first: 5, filter: { id: { in: $ids } }) { nodes { content issues(first: 5) { nodes { title } } } } }`;
    expect((await ask(read, { ids: [one] })).data?.projects?.nodes).toEqual([
      { content: "* why", issues: { nodes: [{ title: "Pay" }] } },
    ]);
    const lost = await ask(createIssue, { input: { teamId, title: "Lost", projectId: two } });
    expect(lost.errors?.[0]?.message).toBe("Entity not found: Project");
  });
});
