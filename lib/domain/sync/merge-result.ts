/** What a merge says: a value with the changes of both sides, or that only a person can say what they mean together. */
export type MergeResult<T> = { merged: T } | "conflict";
export type Merge<T> = (base: T, page: T, linear: T) => MergeResult<T>;

/**
 * Lets a merge speak only where it says the same again when one side holds its result already: a run may die between its two writes, and
 * the next one sees no more than the values. Where changes can be read in several ways, that is not so, and a person is asked.
 */
export function repeatable<T>(merge: Merge<T>, isSame: (a: T, b: T) => boolean): Merge<T> {
  return (base, page, linear) => {
    const result = merge(base, page, linear);
    if (result === "conflict") return "conflict";
    const isFoundAgain = (again: MergeResult<T>) => again !== "conflict" && isSame(again.merged, result.merged);
    const isSettled =
      isFoundAgain(merge(base, page, result.merged)) && isFoundAgain(merge(base, result.merged, linear));
    return isSettled ? result : "conflict";
  };
}
