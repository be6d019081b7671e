import { createHash, timingSafeEqual } from "node:crypto";

/** Whether a request shows this secret as its bearer token. */
export const bears = (request: Request, secret: string): boolean =>
  isSame(request.headers.get("authorization") ?? "", `Bearer ${secret}`);

/** Compares hashes, so that the time it takes says nothing of where two secrets differ. */
function isSame(given: string, secret: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(secret));
}
