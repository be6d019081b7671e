import {
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";
import { defaultPageSize } from "./connection.js";

export const largestComplexity = 10_000;

type Document = {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Map<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
};

/** Linear's rule: 0.1 for a property, 1 for an object, a connection times its page size as asked for, rounded up. */
export function complexityOf(document: Document): number {
  const root = document.schema.getRootType(document.operation.operation);
  return root ? Math.ceil(round(costOf(document, document.operation.selectionSet, root))) : 0;
}

function costOf(document: Document, selections: SelectionSetNode, type: GraphQLCompositeType): number {
  let cost = 0;
  for (const selection of selections.selections) {
    if (selection.kind === "FragmentSpread") {
      const fragment = document.fragments.get(selection.name.value);
      const target = fragment && document.schema.getType(fragment.typeCondition.name.value);
      if (fragment && isCompositeType(target)) cost += costOf(document, fragment.selectionSet, target);
      continue;
    }
    if (selection.kind === "InlineFragment") {
      const target = selection.typeCondition ? document.schema.getType(selection.typeCondition.name.value) : type;
      if (isCompositeType(target)) cost += costOf(document, selection.selectionSet, target);
      continue;
    }
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
    const fieldType = field && getNamedType(field.type);
    if (!selection.selectionSet || !isCompositeType(fieldType)) {
      cost += 0.1;
      continue;
    }
    const inner = costOf(document, selection.selectionSet, fieldType);
    if (!fieldType.name.endsWith("Connection")) cost += 1 + inner;
    else {
      const first = selection.arguments?.find((argument) => argument.name.value === "first");
      const asked = first && valueFromASTUntyped(first.value, document.variables);
      cost += inner * (typeof asked === "number" ? asked : defaultPageSize);
    }
  }
  return cost;
}

/** Sums of tenths are not exact; a thousandth of a point is not meant. */
function round(points: number): number {
  return Math.round(points * 1000) / 1000;
}
