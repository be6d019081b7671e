/** Calls `make` at the first use and keeps what it gave; a failure is tried again by the next caller. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
