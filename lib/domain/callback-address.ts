const editors = ["vscode:", "vscode-insiders:", "vscodium:", "cursor:", "windsurf:", "code-oss:"];
/** `<publisher>.<name>`: the extension that the editor hands the address to. */
const extension = /^[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9_-]*$/i;
const maxLength = 2_000;

/**
 * An address to which a one-time code may be sent, or null: an extension of an editor, or a program that listens on this machine
 * (RFC 8252, section 7). Nothing else, so that no code leaves the machine on which a person signed in.
 */
export function readCallbackAddress(text: string): string | null {
  if (text.length > maxLength || !URL.canParse(text)) return null;
  const url = new URL(text);
  const { protocol, hostname, port, username, password, hash } = url;
  if (username !== "" || password !== "" || hash !== "") return null;
  const isExtension = editors.includes(protocol) && port === "" && extension.test(hostname);
  const isOnThisMachine = protocol === "http:" && (hostname === "127.0.0.1" || hostname === "localhost");
  return isExtension || isOnThisMachine ? url.href : null;
}
