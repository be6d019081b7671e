import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { FatalError, RequestError } from "../domain/errors.js";
import type { Keyring, SealedPlace } from "../ports-identity.js";

const algorithm = "aes-256-gcm";
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
const sealedForm = /^v1\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]+)$/;

type Key = { kid: string; bytes: Buffer };

/**
 * Seals with AES-256-GCM under the first key of `kid:base64key,kid2:…` and opens with any of them. A sealed value is
 * `v1.<kid>.<base64url(iv, ciphertext, tag)>`.
 */
export function keyring(spec: string): Keyring {
  const keys = readKeys(spec);
  const [first] = keys;

  const seal = (plaintext: string, place: SealedPlace): string => {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, first.bytes, iv, { authTagLength: tagBytes });
    cipher.setAAD(boundTo(first.kid, place));
    const ciphertext = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
    return `v1.${first.kid}.${Buffer.concat([iv, ciphertext, cipher.getAuthTag()]).toString("base64url")}`;
  };

  const open = (sealed: string, place: SealedPlace): string => {
    const [, kid = "", encoded = ""] = sealedForm.exec(sealed) ?? [];
    const key = keys.find((candidate) => candidate.kid === kid);
    if (!key) throw unreadable(kid === "" ? "not_sealed" : "unknown_key", place);
    const bytes = Buffer.from(encoded, "base64url");
    if (bytes.length < ivBytes + tagBytes || bytes.toString("base64url") !== encoded)
      throw unreadable("not_sealed", place);
    try {
      const decipher = createDecipheriv(algorithm, key.bytes, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
      decipher.setAAD(boundTo(kid, place));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString("utf8");
    } catch {
      throw unreadable("changed_or_moved", place);
    }
  };

  return {
    kid: first.kid,
    seal,
    open,
    needsReseal: (sealed) => sealedForm.exec(sealed)?.[1] !== first.kid,
    sealLink: (kind, payload, expiresAt) => seal(JSON.stringify({ payload, expiresAt }), linkPlace(kind)),
    openLink(kind, link, now) {
      const { payload, expiresAt } = readLink(() => open(link, linkPlace(kind)));
      if (expiresAt <= now)
        throw new RequestError("link_expired", 410, "This link has expired. Please ask the agent for a new one.");
      return payload;
    },
  };
}

function readKeys(spec: string): [Key, ...Key[]] {
  const [first, ...more] = spec.split(",").map((entry) => readKey(entry.trim()));
  if (!first) throw new Error("the keyring has no key");
  const keys: [Key, ...Key[]] = [first, ...more];
  const twice = keys.find(({ kid }, index) => keys.findIndex((other) => other.kid === kid) !== index);
  if (twice) throw new Error(`the keyring names key ${twice.kid} twice`);
  return keys;
}

/** Says what is wrong without the key: this message ends in logs. */
function readKey(entry: string): Key {
  const [, kid, encoded = ""] = /^([A-Za-z0-9_-]{1,64}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry) ?? [];
  if (kid === undefined) throw new Error("a key of the keyring does not have the form id:base64");
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length !== keyBytes) throw new Error(`key ${kid} has ${bytes.length} bytes instead of ${keyBytes}`);
  return { kid, bytes };
}

const boundTo = (kid: string, { provider, row, kind }: SealedPlace) =>
  Buffer.from(JSON.stringify([kid, provider, row, kind]));

const linkPlace = (kind: string): SealedPlace => ({ provider: "link", row: kind, kind: "link" });

function readLink(open: () => string): { payload: Record<string, unknown>; expiresAt: number } {
  try {
    return JSON.parse(open()) as { payload: Record<string, unknown>; expiresAt: number };
  } catch {
    throw new RequestError(
      "link_invalid",
      400,
      "This link is not complete. Please copy the whole of it, or ask for a new one.",
    );
  }
}

function unreadable(reason: string, { provider, row, kind }: SealedPlace): FatalError {
  return new FatalError(
    "secret_unreadable",
    "I can't read the access that is stored for this workspace, so I stopped. What I had created before that stays as it is. " +
      "Whoever runs this agent has to check its encryption keys; after that reply “retry” and I go on.",
    { context: { reason, provider, row, kind } },
  );
}
