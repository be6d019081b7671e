import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";

export type SigningKeys = { current: string; next: string };

export const newSigningKey = (): string => `sig_${randomBytes(24).toString("base64url")}`;

/** `Upstash-Signature`: a JWT that binds the body to its destination for five minutes. */
export function signDelivery(key: string, delivery: { url: string; body: Uint8Array; now: number }): string {
  const issuedAt = Math.floor(delivery.now / 1000);
  const head = encode({ alg: "HS256", typ: "JWT" });
  const claims = encode({
    iss: "Upstash",
    sub: delivery.url,
    exp: issuedAt + 300,
    nbf: issuedAt,
    iat: issuedAt,
    jti: `jwt_${randomUUID()}`,
    body: createHash("sha256").update(delivery.body).digest("base64url"),
  });
  return `${head}.${claims}.${createHmac("sha256", key).update(`${head}.${claims}`).digest("base64url")}`;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
