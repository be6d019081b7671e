/** Many writes in one request: each is a field of one mutation under an alias of its own. */
import * as z from "zod/mini";
import type { Document } from "./documents.js";

/** `#` stands for the entry's number; `written` is what the write made or changed. */
const forms = {
  createLabel: {
    parameters: "$input#: IssueLabelCreateInput!",
    field: "issueLabelCreate(input: $input#) { success written: issueLabel { id } }",
  },
  createProject: {
    parameters: "$input#: ProjectCreateInput!",
    field: "projectCreate(input: $input#) { success written: project { id url slugId } }",
  },
  updateProject: {
    parameters: "$id#: String!, $input#: ProjectUpdateInput!",
    field: "projectUpdate(id: $id#, input: $input#) { success written: project { id } }",
  },
  updateIssue: {
    parameters: "$id#: String!, $input#: IssueUpdateInput!",
    field: "issueUpdate(id: $id#, input: $input#) { success written: issue { id } }",
  },
  trashIssue: { parameters: "$id#: String!", field: "issueDelete(id: $id#) { success }" },
  createRelation: {
    parameters: "$input#: IssueRelationCreateInput!",
    field: "issueRelationCreate(input: $input#) { success written: issueRelation { id } }",
  },
  deleteRelation: { parameters: "$id#: String!", field: "issueRelationDelete(id: $id#) { success }" },
  createComment: {
    parameters: "$input#: CommentCreateInput!",
    field: "commentCreate(input: $input#) { success written: comment { id } }",
  },
  upsertAttachment: {
    parameters: "$input#: AttachmentCreateInput!",
    field: "attachmentCreate(input: $input#) { success written: attachment { id } }",
  },
} as const;

/** A kind of write that can share a request with others. */
export type WriteKind = keyof typeof forms;

/** Every kind of write, for whoever checks their documents. */
export const writeKinds = Object.keys(forms) as WriteKind[];

const payload = z.object({
  success: z.boolean(),
  written: z.nullish(z.object({ id: z.string(), url: z.optional(z.string()), slugId: z.optional(z.string()) })),
});
/** What Linear says of one write. */
export type WritePayload = z.infer<typeof payload>;

/** One mutation that does these writes in their order; entry n answers under `w<n>`, null where it failed. */
export function writeDocument(kinds: WriteKind[]): Document<Record<string, WritePayload | null>> {
  const parameters = kinds.map((kind, n) => numbered(forms[kind].parameters, n)).join(", ");
  const fields = kinds.map((kind, n) => `${entryAlias(n)}: ${numbered(forms[kind].field, n)}`).join("\n  ");
  return {
    name: "Write",
    text: `mutation Write(${parameters}) {\n  ${fields}\n}`,
    answer: z.record(z.string(), z.nullable(payload)),
  };
}

/** The alias under which entry n of a write document answers. */
export const entryAlias = (n: number) => `w${n}`;

const numbered = (template: string, n: number) => template.replaceAll("#", String(n));
