import { describe, expect, it } from "vitest";
import { fold } from "../../../lib/domain/extraction/fold.js";
import {
  enablerHints,
  enablerTypes,
  groups,
  isStorySentence,
  kinds,
  labels,
  phrasesFor,
  priorities,
} from "../../../lib/domain/extraction/lexicon.js";
import { isNoEstimate, isNothing, readPoints, readPriority } from "../../../lib/domain/extraction/values.js";
import { de } from "../../../lib/domain/extraction/words/de.js";
import { en } from "../../../lib/domain/extraction/words/en.js";
import { es } from "../../../lib/domain/extraction/words/es.js";
import { fr } from "../../../lib/domain/extraction/words/fr.js";
import type { Label, Words } from "../../../lib/domain/extraction/words/words.js";

const languages: [string, Words][] = Object.entries({ en, de, fr, es });
const dictionaries = ["kinds", "groups", "labels", "priorities", "enablerTypes", "enablerHints"] as const;
const lists = [
  "otherKinds",
  "pointUnits",
  "otherUnits",
  "sizes",
  "noEstimate",
  "nothing",
  "dropped",
  "leftOut",
  "otherSections",
  "totals",
  "dependsOn",
  "blocks",
  "to",
] as const;
const leftOut = phrasesFor("leftOut");
const other = phrasesFor("otherSections");

/** All words of a dictionary, each with what it means. */
function entriesOf(words: Words, name: (typeof dictionaries)[number]): { word: string; meaning: string }[] {
  return Object.entries(words[name]).flatMap(([meaning, list]) => list.map((word) => ({ word: fold(word), meaning })));
}

function repeated(words: readonly string[]): string[] {
  return words.filter((word, index) => words.indexOf(word) !== index);
}

describe.each(languages)("words in %s", (_, words) => {
  it("stand once in their list", () => {
    expect(lists.flatMap((list) => repeated(words[list].map(fold)))).toEqual([]);
    expect(Object.values(words.steps).flatMap((list) => repeated(list.map(fold)))).toEqual([]);
  });

  it.each(dictionaries)("mean one thing among the %s", (name) => {
    expect(repeated(entriesOf(words, name).map(({ word }) => word))).toEqual([]);
  });

  it("are written in lower case, without spaces around them", () => {
    const all = [
      ...lists.flatMap((list) => words[list]),
      ...dictionaries.flatMap((name) => Object.values(words[name]).flat()),
    ];
    expect(all.filter((word) => word !== word.toLowerCase().trim() || word === "" || /\s\s/.test(word))).toEqual([]);
  });

  it("do not turn off the sections that their own kinds head", () => {
    const headings = [...entriesOf(words, "kinds"), ...entriesOf(words, "groups")].map(({ word }) => word);
    expect(headings.filter((heading) => leftOut.isIn(heading) || other.isIn(heading))).toEqual([]);
  });

  it("for nothing and for no estimate are read as such", () => {
    expect(words.nothing.filter((word) => !isNothing(word))).toEqual([]);
    expect(words.noEstimate.filter((word) => !isNoEstimate(word) || readPoints(word) !== null)).toEqual([]);
  });

  it("for priorities are read as such in a field", () => {
    expect(entriesOf(words, "priorities").filter(({ word, meaning }) => readPriority(word) !== meaning)).toEqual([]);
  });

  it("for units tell points from days", () => {
    expect(words.pointUnits.map((unit) => readPoints(`5 ${unit}`))).toEqual(words.pointUnits.map(() => 5));
    const units = words.otherUnits.filter((unit) => !words.pointUnits.includes(unit) && !en.pointUnits.includes(unit));
    expect(units.map((unit) => readPoints(`5 ${unit}`))).toEqual(units.map(() => "not_understood"));
  });
});

describe("words of different languages", () => {
  it.each(dictionaries)("agree on the %s, so that no language takes a word from another", (name) => {
    const dictionary = { kinds, groups, labels, priorities, enablerTypes, enablerHints }[name];
    const all = languages.flatMap(([, words]) => entriesOf(words, name));
    expect(all.filter(({ word, meaning }) => dictionary.get(word) !== meaning)).toEqual([]);
  });
});

describe("story sentences", () => {
  it.each([
    "As a customer, I want to pay by card so that I am done at once.",
    "As an administrator I need to lock accounts.",
    "As warehouse staff, we want to scan a whole pallet.",
    "In order to save time, as a dispatcher, I want to plan tours in bulk.",
    "In my role as a buyer I can compare offers.",
    "As the on-call engineer, I’d like to be paged once per incident.",
    "As a member I must be able to cancel.",
    "Als Kundin möchte ich mit Karte zahlen, damit ich sofort fertig bin.",
    "Als Sachbearbeiter will ich Anträge filtern.",
    "In meiner Rolle als Prüferin muss ich jede Änderung sehen.",
    "Wir als Vertrieb brauchen eine Übersicht der Angebote.",
    "Um Zeit zu sparen, möchte ich als Einkäufer Bestellungen kopieren.",
    "Ich möchte als Mieter den Zählerstand melden.",
    "Als Fahrer kann ich eine Pause eintragen.",
    "En tant que cliente, je veux payer par carte afin de gagner du temps.",
    "En tant qu’administrateur, je dois pouvoir bloquer un compte.",
    "En ma qualité de gestionnaire, j’ai besoin d’une vue d’ensemble.",
    "Afin de gagner du temps, en tant qu’acheteuse, je souhaite copier une commande.",
    "Je veux, en tant que locataire, déclarer mon relevé.",
    "Comme un livreur, je peux noter une pause.",
    "En tant qu’équipe de vente, nous avons besoin d’un tableau de bord.",
    "Como clienta, quiero pagar con tarjeta para terminar antes.",
    "Yo como administrador necesito bloquear cuentas.",
    "En mi rol de auditora, debo ver cada cambio.",
    "Nosotros, como equipo de ventas, queremos un panel.",
    "Para ahorrar tiempo, como comprador, me gustaría copiar pedidos.",
    "Como repartidora puedo anotar una pausa.",
    "Como inquilino quisiera enviar la lectura.",
  ])("are recognised: %s", (sentence) => {
    expect(isStorySentence(sentence)).toBe(true);
  });

  it.each([
    "Als Nächstes folgt die Abnahme durch den Fachbereich.",
    "Um 14 Uhr treffen wir uns.",
    "To pay by card you need an account.",
    "Comme convenu, la démo est lundi.",
    "Para el cliente es más sencillo.",
    "Assets are listed by name.",
  ])("are not confused with other sentences: %s", (sentence) => {
    expect(isStorySentence(sentence)).toBe(false);
  });
});

type Headings = Partial<Record<Label, string[]>>;

const columns: Record<string, Headings> = {
  English: {
    id: ["ID", "Key", "Issue key", "Ticket", "Story ID", "US No", "Req. ID", "Work Item ID", "Requirement ID"],
    title: ["Title", "Summary", "Requirement", "Work Item", "Short description", "Story title"],
    sentence: ["User Story", "Story", "Product Backlog Item", "Story statement"],
    role: ["As a", "User role", "Persona"],
    wish: ["I want", "I want to", "I need"],
    benefit: ["So that", "In order to"],
    kind: ["Type", "Issue Type", "Work Item Type", "Work type"],
    points: ["SP", "Story Points", "Estimate", "Effort", "T-Shirt Size", "Story point estimate", "Complexity"],
    priority: ["Priority", "Prio", "MoSCoW", "Criticality", "Urgency"],
    enablerType: ["Enabler type"],
    criteria: ["Acceptance Criteria", "AC", "Conditions of satisfaction", "Confirmation", "Fit criterion", "Criteria"],
    dependsOn: [
      "Depends on",
      "Blocked by",
      "Prerequisites",
      "Inward issue link (Blocks)",
      "Waiting for",
      "Predecessor",
    ],
    blocks: ["Blocks", "Outward issue link (Blocks)", "Successor"],
    parent: ["Parent", "Parent key", "Epic ID", "Belongs to"],
    epic: ["Epic", "Epic Link", "Custom field (Epic Link)", "Part of epic"],
    feature: ["Feature", "Parent feature"],
    description: [
      "Description",
      "Notes",
      "Business value",
      "Benefit hypothesis",
      "DoD",
      "Definition of Done",
      "Rationale",
    ],
    status: ["Status", "State"],
    aside: [
      "Assignee",
      "Iteration Path",
      "Area Path",
      "Fix Version/s",
      "WSJF",
      "Cost of Delay",
      "Job size",
      "Tags",
      "Risk",
    ],
  },
  German: {
    id: ["Schlüssel", "Nr.", "Lfd. Nr.", "Vorgangsschlüssel", "Story-ID", "US-Nr.", "Anforderungs-ID", "Ticketnummer"],
    title: ["Titel", "Zusammenfassung", "Anforderung", "Bezeichnung", "Kurzbeschreibung", "Arbeitselement"],
    sentence: ["User-Story", "Anwendergeschichte", "Nutzergeschichte", "Backlog-Eintrag"],
    role: ["Als", "Rolle", "Wer"],
    wish: ["Möchte ich", "Ich möchte", "Wunsch"],
    benefit: ["Damit", "Sodass", "So dass"],
    kind: ["Vorgangstyp", "Typ", "Art", "Arbeitselementtyp", "Anforderungstyp"],
    points: ["Aufwand", "Story-Points", "Schätzung", "T-Shirt-Größe", "Komplexität", "Story-Point-Schätzung", "Punkte"],
    priority: ["Priorität", "Wichtigkeit", "Verbindlichkeit", "Dringlichkeit", "Muss/Soll/Kann"],
    enablerType: ["Enabler-Typ", "Art des Enablers"],
    criteria: ["Akzeptanzkriterien", "AK", "Abnahmekriterien", "Abnahme", "Prüfkriterien", "Fertig, wenn"],
    dependsOn: ["Abhängig von", "Blockiert durch", "Setzt voraus", "Vorbedingung", "Wartet auf", "Vorgänger"],
    blocks: ["Blockiert", "Nachfolger", "Voraussetzung für"],
    parent: ["Übergeordnet", "Übergeordneter Vorgang", "Teil von", "Epic-ID"],
    epic: ["Epos", "Epic-Verknüpfung", "Übergeordnetes Epic", "Epic-Name"],
    feature: ["Funktion", "Teil von Feature", "Zugehöriges Feature"],
    description: ["Beschreibung", "Nutzen", "Geschäftswert", "Nutzenhypothese", "Bemerkung", "Begründung"],
    status: ["Zustand", "Bearbeitungsstand"],
    aside: [
      "Bearbeiter",
      "Zugewiesen an",
      "Iterationspfad",
      "Bereichspfad",
      "Lösungsversion",
      "Fälligkeitsdatum",
      "Stichwörter",
    ],
  },
  French: {
    id: ["Clé", "Clé du ticket", "Réf.", "N°", "Identifiant", "N° US", "ID exigence", "Référence"],
    title: ["Titre", "Résumé", "Exigence", "Intitulé", "Libellé", "Besoin fonctionnel", "Titre de la user story"],
    sentence: ["Récit utilisateur", "Histoire utilisateur", "Énoncé", "Description de la user story"],
    role: ["En tant que", "Rôle", "Acteur"],
    wish: ["Je veux", "Je souhaite", "J’aimerais"],
    benefit: ["Afin de", "Pour que", "Afin que"],
    kind: ["Type de ticket", "Nature", "Type d’élément de travail", "Type de demande"],
    points: ["Estimation", "Charge", "Complexité", "Taille T-shirt", "Chiffrage", "Points d’effort", "Nb points"],
    priority: ["Priorité", "Importance", "Criticité", "Urgence", "Niveau de priorité"],
    enablerType: ["Type de facilitateur", "Type d’enabler"],
    criteria: [
      "Critères d’acceptation",
      "CA",
      "Conditions d’acceptation",
      "Critères de validation",
      "Critères de recette",
    ],
    dependsOn: ["Dépend de", "Bloqué par", "Prérequis", "En attente de", "Dépendances", "Prédécesseur"],
    blocks: ["Bloque", "Nécessaire à", "Successeur"],
    parent: ["Ticket parent", "Rattaché à", "Fait partie de"],
    epic: ["Épopée", "Épopée parente", "Lien d’epic", "Nom de l’epic", "Epic parent"],
    feature: ["Fonctionnalité", "Fonctionnalité parente", "Feature de rattachement"],
    description: ["Descriptif", "Bénéfice", "Valeur métier", "Remarques", "Règles de gestion", "Hypothèse de bénéfice"],
    status: ["Statut", "État"],
    aside: [
      "Responsable",
      "Personne assignée",
      "Rapporteur",
      "Chemin d’itération",
      "Équipe",
      "Versions corrigées",
      "Étiquettes",
    ],
  },
  Spanish: {
    id: ["Clave", "Clave de incidencia", "Código", "Nº", "Núm.", "ID de historia", "ID HU", "Identificador"],
    title: ["Título", "Resumen", "Requisito", "Requerimiento", "Nombre", "Nombre de la historia", "Asunto"],
    sentence: ["Historia de usuario", "Historia", "HU", "Descripción de la historia"],
    role: ["Como", "Rol", "Tipo de usuario"],
    wish: ["Quiero", "Necesito", "Deseo"],
    benefit: ["Para que", "Para", "Con el fin de"],
    kind: ["Tipo", "Tipo de incidencia", "Tipo de elemento de trabajo", "Tipo de requisito"],
    points: ["Puntos", "Estimación", "Esfuerzo", "Complejidad", "Puntos de historia", "Talla", "Tamaño"],
    priority: ["Prioridad", "Importancia", "Criticidad", "Urgencia", "Obligatoriedad"],
    enablerType: ["Tipo de habilitador"],
    criteria: ["Criterios de aceptación", "CA", "Condiciones de aceptación", "Pruebas de aceptación", "Confirmación"],
    dependsOn: ["Depende de", "Bloqueado por", "Predecesor", "Prerrequisitos", "Dependencias", "Requisitos previos"],
    blocks: ["Bloquea", "Sucesor", "Necesario para"],
    parent: ["Padre", "Elemento principal", "Pertenece a"],
    epic: ["Épica", "Épica padre", "Enlace de epic", "Nombre de la épica"],
    feature: ["Funcionalidad", "Característica", "Funcionalidad padre"],
    description: [
      "Descripción",
      "Beneficio",
      "Valor de negocio",
      "Observaciones",
      "Hipótesis de beneficio",
      "Reglas de negocio",
    ],
    status: ["Estado", "Situación"],
    aside: [
      "Responsable",
      "Persona asignada",
      "Informador",
      "Ruta de iteración",
      "Equipo",
      "Versiones corregidas",
      "Etiquetas",
    ],
  },
};

describe.each(Object.entries(columns))("headings of columns in %s", (_, headings) => {
  it.each(Object.entries(headings))("say %s", (label, names) => {
    expect(names.map((name) => [name, labels.get(fold(name))])).toEqual(names.map((name) => [name, label]));
  });
});

describe("headings of sections", () => {
  it.each(
    [
      "Backlog",
      "Product backlog",
      "Scope",
      "In scope",
      "Requirements",
      "Roadmap",
      "Now",
      "Next",
      "Later",
      "MVP",
    ].concat(
      ["Iteration 1", "Team Falcon", "Second wave", "Attachments in chat", "Approval of invoices", "Payment deadline"],
      ["Anforderungen", "Umfang", "Fahrplan", "Iteration 2", "Team Adler", "Später", "Freigabe von Rechnungen"],
      ["Périmètre", "Exigences", "Feuille de route", "Plus tard", "Équipe Faucon", "Suivi des livraisons"],
      ["Alcance", "Requisitos", "Hoja de ruta", "Más adelante", "Equipo Halcón", "Perfil de cliente"],
    ),
  )("leave on what stands under “%s”", (heading) => {
    expect([leftOut.isIn(fold(heading)), other.isIn(fold(heading))]).toEqual([false, false]);
  });

  it.each(
    ["What went well", "Cross-team dependencies", "Open points", "Test cases", "Known bugs", "Document history"].concat(
      ["Was lief gut?", "Nächste Schritte", "Beschlüsse", "Offene Punkte", "Abkürzungen", "Änderungshistorie"],
      ["Prochaines étapes", "Points en suspens", "Compte rendu", "Parties prenantes", "Historique des versions"],
      ["Próximos pasos", "Puntos abiertos", "Lecciones aprendidas", "Control de cambios", "Roles y responsabilidades"],
    ),
  )("take no items from under “%s”", (heading) => {
    expect(other.isIn(fold(heading))).toBe(true);
  });

  it.each(
    ["What is explicitly excluded", "Non-Goals", "No-gos", "Beyond scope", "Features we are not building"].concat(
      ["Nicht Bestandteil", "Nicht-Ziele", "Abgrenzungskriterien", "Was wir nicht bauen", "Nicht im Scope"],
      ["Hors scope", "Non-objectifs", "Ce que nous ne ferons pas", "Fonctionnalités non prévues"],
      ["Fuera de alcance", "No incluido", "Exclusiones", "Lo que no haremos", "No-objetivos"],
    ),
  )("leave out what stands under “%s”", (heading) => {
    expect(leftOut.isIn(fold(heading))).toBe(true);
  });
});
