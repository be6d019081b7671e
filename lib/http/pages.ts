import { createHash } from "node:crypto";

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1rem;color:#1c1d21;background:#fff}
h1{font-size:1.4rem}fieldset{border:1px solid #d5d7de;border-radius:6px;margin:1rem 0;padding:.5rem 1rem}label{display:block;padding:.2rem 0}
small{color:#5d6170}code{font-size:1.1rem;overflow-wrap:anywhere;user-select:all}button{font:inherit;padding:.5rem 1.2rem;border:0;border-radius:6px;background:#4450b8;color:#fff}
@media(prefers-color-scheme:dark){body{color:#e6e7eb;background:#17181c}small{color:#a0a4b3}fieldset{border-color:#3a3d48}}`;

/** Nothing runs, nothing is loaded, nobody frames the page, and no address of it travels on. */
const headersFor = (css: string) => ({
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(css).digest("base64")}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
});

/** A page that says one thing to a person. */
export const messagePage = (status: number, title: string, text: string): Response =>
  page(status, title, `<p>${escapeHtml(text)}</p>`);

/** A one-time code that a person carries to the program that asked for it. */
export const codePage = (program: string, code: string): Response =>
  page(
    200,
    "One more step",
    `<p>Copy this code and paste it where <b>${escapeHtml(program)}</b> asks for it. It works once, within five minutes.</p>
<p><code>${escapeHtml(code)}</code></p>
<p>Whoever has the code can act as you: if you did not begin this yourself in ${escapeHtml(program)}, close this page and give the code to nobody.</p>`,
  );

/** A form that asks which spaces of a site the agent may use. Without scripts: keys come back as `space`, the sealed `choice` as it is. */
export function spacesPage(question: {
  action: string;
  siteUrl: string;
  spaces: { key: string; name: string }[];
  preselected: string[];
  choice: string;
}): Response {
  const box = (value: string, label: string, isChecked: boolean) =>
    `<label><input type="checkbox" name="space" value="${escapeHtml(value)}"${isChecked ? " checked" : ""}> ${label}</label>`;
  const boxes = question.spaces.map(({ key, name }) =>
    box(key, `${escapeHtml(name)} <small>${escapeHtml(key)}</small>`, question.preselected.includes(key)),
  );
  return page(
    200,
    "Which spaces may the agent use?",
    `<p>The agent reads and writes pages of ${escapeHtml(new URL(question.siteUrl).host)} only in the spaces that you choose here.</p>
<form method="post" action="${escapeHtml(question.action)}"><input type="hidden" name="choice" value="${escapeHtml(question.choice)}">
<fieldset><legend>Spaces</legend>${boxes.join("\n")}</fieldset>
<fieldset><legend>Or</legend>${box("*", "All spaces that I can see, now and later", false)}</fieldset>
<button type="submit">Connect</button></form>`,
  );
}

function page(status: number, title: string, content: string): Response {
  const { headers, body } = htmlPage(title, content);
  return new Response(body, { status, headers });
}

/** A page of ours; `content` is HTML, `title` is not. `more` is added to its style. */
export function htmlPage(title: string, content: string, more = ""): { headers: Record<string, string>; body: string } {
  const css = style + more;
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">`;
  const body = `<!doctype html><html lang="en"><head>${head}<title>${escapeHtml(title)}</title><style>${css}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${content}</main></body></html>`;
  return { headers: headersFor(css), body };
}

/** Text as HTML shows it, inside elements and quoted attributes. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
