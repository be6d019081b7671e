import { families, type Family, type Figure, summed } from "../domain/metrics.js";

/** The figures as Prometheus reads them (text format 0.0.4). A family without any figure is left out. */
export function toExposition(figures: readonly Figure[]): string {
  const all = summed(figures);
  return families
    .map((family) => ({ family, own: all.filter(({ name }) => name === family.name) }))
    .filter(({ own }) => own.length > 0)
    .map(({ family, own }) => block(family, own))
    .join("");
}

function block(family: Family, figures: Figure[]): string {
  const lines = [`# HELP ${family.name} ${escapeHelp(family.help)}`, `# TYPE ${family.name} ${family.type}`];
  for (const series of seriesOf(figures)) {
    const labels = labelsOf(family, series[0] as Figure);
    if (family.type === "histogram") lines.push(...histogram(family, labels, series));
    else lines.push(line(family.name, labels, series[0]?.value ?? 0));
  }
  return `${lines.join("\n")}\n`;
}

/** Buckets are kept apart and shown as Prometheus wants them: each with all that is below it. */
function histogram({ name, buckets = [] }: Family, labels: Label[], series: Figure[]): string[] {
  const at = (bucket: string) => series.find((figure) => figure.bucket === bucket)?.value ?? 0;
  let below = 0;
  const lines = [...buckets.map(String), "+Inf"].map((bucket) => {
    below += at(bucket);
    return line(`${name}_bucket`, [...labels, ["le", bucket]], below);
  });
  return [...lines, line(`${name}_sum`, labels, at("sum")), line(`${name}_count`, labels, below)];
}

type Label = [name: string, value: string];

function labelsOf({ isByOrganization, labels = [] }: Family, { organizationId, label }: Figure): Label[] {
  const values = labels.length > 1 ? label.split(" ") : [label];
  return [
    ...labels.map((name, index): Label => [name, values[index] ?? ""]),
    ...(isByOrganization ? [["org_id", organizationId] satisfies Label] : []),
  ];
}

function seriesOf(figures: Figure[]): Figure[][] {
  const series = new Map<string, Figure[]>();
  for (const figure of figures) {
    const key = JSON.stringify([figure.organizationId, figure.label]);
    series.set(key, [...(series.get(key) ?? []), figure]);
  }
  return [...series].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own);
}

function line(name: string, labels: Label[], value: number): string {
  const inside = labels.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(",");
  return `${name}${inside ? `{${inside}}` : ""} ${value}`;
}

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');
