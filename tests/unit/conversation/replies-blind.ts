import type { Intent, Selection, UnderstandContext } from "../../../lib/domain/conversation/intent.js";
import type { ReplyRow } from "./replies.js";

const create = (selection: Partial<Selection> = {}): Intent => ({
  type: "create",
  proposalId: "p1",
  selection: { mode: "all", kinds: [], keys: [], ...selection },
});
const narrow = (selection: Partial<Selection>): Intent => ({
  type: "narrow",
  selection: { mode: "all", kinds: [], keys: [], ...selection },
});

const idle: Partial<UnderstandContext> = { proposalId: null, items: [], teams: [], question: "none" };
const otherSession: Partial<UnderstandContext> = { ...idle, question: "other_session" };
const whichTeam: Partial<UnderstandContext> = {
  proposalId: null,
  items: [],
  question: "which_team",
};
const whichPage: Partial<UnderstandContext> = {
  ...idle,
  question: "which_page",
  pages: [{ title: "Preference centre" }, { title: "Delivery planning Q3" }, { title: "Consent workshop notes" }],
};

/** The other half of the table, written without sight of the grammar. */
export const blindReplies: ReplyRow[] = [
  // English
  { reply: "yep, looks great, go ahead 🚀", expected: create() },
  { reply: "@Linear Planning Agent lgtm, pls create", expected: create() },
  {
    reply: "Yes please, but leave US-4 and the last enabler out",
    expected: create({ mode: "without", keys: ["US-4", "EN-2"] }),
  },
  { reply: "go for it, minus the quiet hours feature", expected: create({ mode: "without", keys: ["quiet-hours"] }) },
  { reply: "creat it pls, w/o enablers thx", expected: create({ mode: "without", kinds: ["enabler"] }) },
  {
    reply: "Create everything except “Don't create duplicates”",
    expected: create({ mode: "without", keys: ["US-6"] }),
  },
  {
    reply: "Only the first epic for now please",
    expected: narrow({ mode: "only", keys: ["one-preference-centre"] }),
  },
  {
    reply: "Could you drop the tamper-evident ledger enabler from this?",
    expected: narrow({ mode: "without", keys: ["EN-2"] }),
  },
  { reply: "Looks good, but who owns the preference API contract?", expected: "not_understood" },
  { reply: "I'd say yes once Maria has signed off on the budget", expected: "not_understood" },
  { reply: "hmm, not sure about US-5 tbh", expected: "not_understood" },
  { reply: "Please don't create anything until Monday", expected: { not: "create" } },
  { reply: "great work on reading this page!", expected: "not_understood" },
  { reply: "nah, scrap it", expected: "cancel" },
  {
    reply: "Yes, but put it in the Platform team please",
    expected: { type: "move_to_team", teamId: "team-pla" },
  },
  { reply: "the 2nd link, thanks", expected: { type: "choose_page", index: 2 }, context: whichPage },
  { reply: "yes", expected: "not_understood", context: otherSession },
  { reply: "just take over here, the other thread is dead", expected: "take_over", context: otherSession },
  { reply: "oops, that was the wrong page, please undo everything you just made", expected: "undo", context: idle },
  { reply: "can you give it another go? confluence is back up", expected: "retry", context: idle },

  // German
  { reply: "Ja, passt so, bitte anlegen 👍", expected: create() },
  { reply: "jo mach mal, aber ohne die Enabler", expected: create({ mode: "without", kinds: ["enabler"] }) },
  {
    reply: "Sieht gut aus, leg bitte alles außer US-2 und US-6 an",
    expected: create({ mode: "without", keys: ["US-2", "US-6"] }),
  },
  {
    reply: "Bitte nur das zweite Epic anlegen",
    expected: create({ mode: "only", keys: ["delivery-we-can-trust"] }),
  },
  { reply: "Die Stories brauchen wir erstmal nicht", expected: narrow({ mode: "without", kinds: ["story"] }) },
  {
    reply: "Lass das Feature Consent History bitte weg",
    expected: narrow({ mode: "without", keys: ["consent-history"] }),
  },
  { reply: "Passt fast, aber US-3 gehört doch in ein anderes Feature, oder?", expected: "not_understood" },
  { reply: "Ich frag kurz Thomas und meld mich dann", expected: "not_understood" },
  { reply: "Nee, lass mal lieber", expected: "cancel" },
  { reply: "Wieso sind das eigentlich zwei Epics?", expected: "not_understood" },
  { reply: "Wenn die Schätzungen stimmen, kannst du loslegen", expected: "not_understood" },
  { reply: "mach das bitte alles wieder rückgängig", expected: "undo", context: idle },
  { reply: "wie weit bist du denn?", expected: "status", context: idle },
  {
    reply: "Fürs Engineering bitte",
    expected: { type: "choose_team", teamId: "team-eng" },
    context: whichTeam,
  },
  { reply: "mach einfach dort weiter, danke", expected: "go_on_there", context: otherSession },

  // French
  { reply: "Oui c'est parfait, vas-y 😊", expected: create() },
  { reply: "ok pour moi mais sans les enablers stp", expected: create({ mode: "without", kinds: ["enabler"] }) },
  {
    reply: "Parfait, tu peux tout créer sauf US-4 et US-5",
    expected: create({ mode: "without", keys: ["US-4", "US-5"] }),
  },
  {
    reply: "Crée seulement la première fonctionnalité s'il te plaît",
    expected: create({ mode: "only", keys: ["topic-preferences"] }),
  },
  { reply: "Enlève la dernière story, merci", expected: narrow({ mode: "without", keys: ["US-6"] }) },
  { reply: "on laisse tomber, merci quand même", expected: "cancel" },
  { reply: "Pas tout de suite, je dois vérifier avec l'équipe", expected: "not_understood" },
  { reply: "Ça me va si tu changes le titre de US-1", expected: "not_understood" },
  { reply: "C'est quoi la différence entre EN-1 et EN-2 ?", expected: "not_understood" },
  { reply: "Mets ça plutôt dans l'équipe Platform", expected: { type: "move_to_team", teamId: "team-pla" } },
  { reply: "la deuxième stp", expected: { type: "choose_page", index: 2 }, context: whichPage },
  { reply: "tu en es où ?", expected: "status", context: idle },
  { reply: "Relis la page stp, je viens de la corriger", expected: "replan" },

  // Spanish
  { reply: "Sí, dale, créalo todo 🙌", expected: create() },
  { reply: "vale, pero sin los enablers porfa", expected: create({ mode: "without", kinds: ["enabler"] }) },
  { reply: "Adelante, pero quita US-2", expected: create({ mode: "without", keys: ["US-2"] }) },
  {
    reply: "solo las épicas y las features, por favor",
    expected: narrow({ mode: "only", kinds: ["epic", "feature"] }),
  },
  { reply: "No, mejor déjalo", expected: "cancel" },
  { reply: "¿Seguro que no hay duplicados?", expected: "not_understood" },
  { reply: "Espera, que lo tiene que ver Lucía primero", expected: "not_understood" },
  { reply: "todavía no, creo que faltan historias", expected: "not_understood" },
  { reply: "deshaz todo lo que has creado, me equivoqué de página", expected: "undo", context: idle },
  { reply: "¿puedes intentarlo otra vez?", expected: "retry", context: idle },
  { reply: "Vuelve a leer la página, la acabo de cambiar", expected: "replan" },
  { reply: "hazte cargo aquí, porfa", expected: "take_over", context: otherSession },
];
