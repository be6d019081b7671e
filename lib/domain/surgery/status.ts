import type { Candidate } from "../extraction/candidate.js";
import { readColumns, textOfCell } from "../extraction/columns.js";
import { fold } from "../extraction/fold.js";
import { readFields } from "../extraction/labelled-line.js";
import { linesOf, rangeOf, type RichText, slice } from "../extraction/rich-text.js";
import type { Extraction, SourceRange } from "../plan-item.js";
import { endOfExtent, headOf } from "./extents.js";
import type { PageChange, PageEdit, ShownStatus } from "./page-change.js";
import { isWithin, type PageView, rowOf, spansRows, viewPage } from "./page-view.js";
import { colourEdits } from "./set-value.js";
import { rewrite, runIn } from "./text-runs.js";
import { statusMacroAt } from "./vocabulary.js";

/** Words for steps of a workflow, in the four languages. */
const WORKFLOW = new Set(
  [
    "to do, todo, to-do, open, new, not started, backlog, ready, ready for dev, ready for development, planned, in progress, doing, started, wip, active, in development, in dev, in review, review, code review, in test, testing, in qa, qa, done, complete, completed, closed, resolved, finished, shipped, released, deployed, live, blocked, on hold, waiting, paused, stuck, at risk, off track, on track, delayed, late, draft, proposed, approved, accepted, committed, candidate, refined, in refinement, in analysis, analysis, funnel",
    "offen, neu, nicht begonnen, nicht gestartet, geplant, bereit, in arbeit, in bearbeitung, begonnen, laufend, läuft, in umsetzung, in entwicklung, in prüfung, im review, im test, in test, fertig, erledigt, abgeschlossen, umgesetzt, geschlossen, gelöst, ausgeliefert, blockiert, wartet, pausiert, zurückgestellt, gefährdet, entwurf, freigegeben, abgenommen, verzögert",
    "à faire, a faire, ouvert, nouveau, non commencé, prêt, prévu, en cours, commencé, démarré, en développement, en revue, en relecture, en test, en recette, en validation, terminé, terminée, fait, faite, clos, clôturé, livré, bloqué, bloquée, en attente, en pause, à risque, brouillon, validé, en retard",
    "por hacer, pendiente, abierto, abierta, nuevo, nueva, sin empezar, sin iniciar, listo, lista, planificado, planificada, en curso, en progreso, en proceso, en desarrollo, iniciado, en revisión, en prueba, en pruebas, terminado, terminada, hecho, hecha, completado, completada, cerrado, cerrada, finalizado, finalizada, entregado, bloqueado, bloqueada, en espera, en pausa, en riesgo, borrador, aprobado, aprobada, retrasado",
  ]
    .join(", ")
    .split(", ")
    .map(fold),
);

/** True for a word of a workflow: "In progress", "✅ Erledigt". */
export function isWorkflowStatus(text: string): boolean {
  return WORKFLOW.has(fold(text).replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ""));
}

/** The workflow status that each item's own row shows. */
export function findStatuses(body: string, extraction: Extraction): Map<string, ShownStatus> {
  const view = viewPage({ title: "", body });
  const statuses = new Map<string, ShownStatus>();
  for (const { key } of extraction.items) {
    const [first] = statusesOf(view, key);
    if (first) statuses.set(key, first);
  }
  return statuses;
}

/** All places at which an item shows its status. */
function statusesOf(view: PageView, key: string): ShownStatus[] {
  return (view.sightings.get(key) ?? []).flatMap((candidate) => [
    ...inColumn(view, candidate),
    ...inHead(view, candidate),
    ...inLines(view, key, candidate),
  ]);
}

function inColumn(view: PageView, candidate: Candidate): ShownStatus[] {
  const row = rowOf(candidate);
  const columns = row && readColumns(row.table);
  if (!row || !columns) return [];
  return columns.labels.flatMap((label, column): ShownStatus[] => {
    const cell = row.row.cells[column];
    if (label !== "status" || !cell || spansRows(row.table, cell)) return [];
    const text = textOfCell(cell);
    const lozenge = text.spans.find(({ mark }) => mark === "status");
    if (lozenge) return [shown(slice(text, lozenge.start, lozenge.end))];
    const lines = linesOf(text);
    const line = lines.find((it) => isWorkflowStatus(it.text)) ?? (lines.length === 1 ? lines[0] : undefined);
    return line ? [shown(line)] : [];
  });
}

/** A lozenge beside the title, or in another cell of the row, that is no value of the item. */
function inHead(view: PageView, candidate: Candidate): ShownStatus[] {
  const values = valuesOf(candidate);
  return (headOf(view, candidate) ?? []).flatMap((head) => lozengesIn(view, head, values));
}

function lozengesIn(view: PageView, range: SourceRange, values: readonly SourceRange[]): ShownStatus[] {
  return view.texts
    .filter((it) => isWithin(it.range, range) || (it.range.start < range.end && it.range.end > range.start))
    .flatMap(({ text }) =>
      text.spans
        .filter(({ mark }) => mark === "status")
        .map((span) => shown(slice(text, span.start, span.end)))
        .filter(
          (it) =>
            isWithin(it.range, range) &&
            isWorkflowStatus(it.text) &&
            !values.some((value) => isWithin(it.range, value)),
        ),
    );
}

function valuesOf({ kindWord, priority, storyPoints, enablerType }: Candidate): SourceRange[] {
  return [kindWord, priority, storyPoints, enablerType].flatMap((it) => (it ? [it.range] : []));
}

/** "Status: In progress" among the lines of the item. */
function inLines(view: PageView, key: string, candidate: Candidate): ShownStatus[] {
  const start = candidate.title.range.start;
  const next = [...view.sightings]
    .flatMap(([name, candidates]) => (name === key ? [] : candidates.map((it) => it.title.range.start)))
    .filter((at) => at > start);
  const end = Math.min(endOfExtent(view, key, candidate) ?? start, ...next);
  return view.texts
    .filter(({ range }) => range.start >= start && range.end <= end)
    .flatMap(({ text }) => linesOf(text).flatMap((line) => readFields(line)))
    .flatMap(({ label, value }) => {
      if (label !== "status" || value.text === "") return [];
      const lozenge = value.spans.find(({ mark }) => mark === "status");
      const text = lozenge ? slice(value, lozenge.start, lozenge.end) : value;
      return isWorkflowStatus(text.text) || lozenge ? [shown(text)] : [];
    });
}

function shown(text: RichText): ShownStatus {
  return { text: text.text, range: rangeOf(text) };
}

/** The ways to show another status where an item shows one. */
export function* statusEdits(
  view: PageView,
  { key, text, colour }: PageChange & { type: "status" },
): Generator<PageEdit[]> {
  const all = statusesOf(view, key);
  const at = (status: ShownStatus) => [
    ...rewrite(view, runIn(view, status.range), text),
    ...(statusMacroAt(view, status.range.start) ? colourEdits(view, status.range.start, colour) : []),
  ];
  const distinct = all.filter(
    (status, index) => all.findIndex((it) => it.range.start === status.range.start) === index,
  );
  if (distinct.length > 1) yield distinct.flatMap(at);
  const [first] = distinct;
  if (first) yield at(first);
}
