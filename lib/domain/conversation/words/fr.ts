import type { Words } from "./words.js";

/** What people say in French. */
export const fr: Words = {
  tags: {
    create: `
      crée, créer, créez, créons, crée les, crée-les, vas-y, allez-y, lance, lancez, lancer, fonce, on y va,
      c'est parti, procède, procédez, procéder, valide, validez, valider, génère, générer, approuve, approuver,
      commence, commencez, démarre, démarrez`,
    createWhenNegated: "",
    do: "fais, faites, faire, fais-le, faites-le, fais ça",
    yes: `
      oui, ouais, bien sûr, certainement, absolument, je valide, j'approuve, confirmé, je confirme, confirme,
      oui oui, volontiers`,
    fine: `
      d'accord, dac, c'est bon, c'est bon pour moi, bon pour moi, ça marche, ça me va, cela me va,
      c'est parfait, parfait, très bien, bien, super, impeccable, nickel, entendu, ok pour moi, tout est bon,
      c'est ok, ça roule, excellent, continue, continuez, génial, c'est bien, ça semble bon`,
    no: "non, non merci, nan, surtout pas, pas question, en aucun cas",
    noOrNot: "",
    not: `
      ne, n, pas, aucun, aucune, rien, jamais, je ne veux pas, on ne veut pas, nous ne voulons pas,
      je n'ai pas besoin, nous n'avons pas besoin`,
    wait: `
      attends, attendez, attendre, pas encore, pas maintenant, pas tout de suite, plus tard, un instant,
      un moment, une minute, demain, peut-être, pas sûr, minute, patiente, patientez, une seconde, encore`,
    cancel: `
      annule, annuler, annulez, annule ça, annule tout, arrête, arrêter, arrêtez, abandonne, abandonner,
      abandonnez, tant pis, rejette, rejeté`,
    only: `
      seulement, uniquement, seul, seule, seuls, seules, rien que, ne garde que, garde seulement,
      garde uniquement, exclusivement, suffit, suffisent`,
    just: "juste, simplement",
    without: `
      sans, sauf, excepté, hormis, à part, à l'exception de, à l'exception des, hors, saute, sautez, sauter,
      ignore, ignorez, ignorer, enlève, enlevez, enlever, retire, retirez, retirer, exclus, exclure,
      laisse de côté, laisser de côté, de côté, dehors, omets, omettre, mais pas, mais sans, juste sans,
      juste pas, tout sauf, moins, vire, virez, virer, zappe, zappez, zapper`,
    leave: "laisse, laissez, laissons",
    letGo: `
      laisse tomber, laissez tomber, laisser tomber, laissons tomber, oublie, oubliez, oublions, efface, effacez,
      effacer, supprime, supprimez, supprimer`,
    need: "besoin, la peine, nécessaire, nécessaires, utile, utiles",
    all: "tout, toute, tous, toutes, l'ensemble, tout le plan, tout ça, entier, les deux",
    rest: "le reste, reste, les autres, tout le reste, toutes les autres, tous les autres",
    and: "et, ainsi que",
    but: "mais, par contre, cependant",
    afterwards: "puis, ensuite, après, alors",
    because: "parce que, parce qu, car, puisque, vu que",
    condition: `
      si, s'il, quand, lorsque, dès que, une fois que, à condition que, à condition de, à moins que, sauf si, ou`,
    fact: `
      ce n'est pas, ce n'était pas, c'est pas, c'était pas, ce ne sont pas, ce n'étaient pas, ça n'est pas,
      c'était juste, c'était seulement`,
    to: "à, jusqu'à, jusqu'au, au",
    request: `
      peux-tu, pouvez-vous, pourrais-tu, pourriez-vous, tu peux, vous pouvez, tu pourrais, vous pourriez,
      est-ce que tu peux, est-ce que vous pouvez, est-ce que tu pourrais, est-ce que vous pourriez`,
    wish: "on peut, peut-on, on pourrait, pourrait-on, pouvons-nous, tu veux bien, vous voulez bien",
    move: "mets, mettez, déplace, déplacez, utilise, utilisez, plutôt, à la place, prends, prenez",
    team: "équipe, l'équipe",
    page: "la page, cette page",
    here: "ici",
    there: "là-bas, là bas",
    numberSign: "numéro",
    small: `
      le, la, les, l, un, une, des, du, de, d, ce, cette, ces, ça, cela, en, y, lui, moi, nous, pour, pour moi,
      dans, sur, par, avec, maintenant, tout de suite, immédiatement, s'il te plaît, s'il vous plaît, stp, svp,
      merci, merci beaucoup, bonjour, salut, bonsoir, tickets, éléments, élément, tâches, le plan,
      comme proposé, comme prévu, tel quel, comme ça, aussi, donc, tu dois, je veux, je voudrais, j'aimerais,
      on veut, il faut, faut, eux, elles, quand même, du coup, bref, désolé, désolée, vraiment, chez, vite,
      allez, celui, celle, toutefois, pour l'instant, pour le moment, d'abord, dans linear, est, sont, à toi`,
    retry: `
      réessaie, réessaye, réessayer, réessayez, essaie encore, essaie encore une fois, essayer encore,
      essayer encore une fois, essayez encore, recommence,
      recommencer, recommencez, retente, retenter, retentez, relance,
      relancer, relancez`,
    attempt: "essaie, essaye, essayer, essayez, tente, tenter",
    again: "à nouveau, de nouveau, encore une fois, une nouvelle fois, une fois de plus",
    undo: `
      défais, défaire, défaites, annule la création, annuler la création, annulez la création,
      reviens en arrière, revenir en arrière, revenez en arrière, fais marche arrière`,
    made: `
      ce que tu as fait, ce que tu as déjà fait, ce que tu viens de faire, ce que tu viens de créer,
      ce que vous avez fait, ce que vous avez déjà fait, ce que vous venez de faire, ce que vous venez de créer,
      tes changements, les changements, tes modifications, les modifications`,
    status: `
      où en es-tu, où en êtes-vous, où en est-on, où en sommes-nous, où ça en est, tu en es où, vous en êtes où,
      on en est où, quel est le statut, quel est l'état, statut, état d'avancement, avancement, ça avance,
      as-tu fini, tu as fini, que fais-tu, comment ça avance, où en est le plan, du nouveau, c'est fini,
      c'est prêt, tu en es où là, t'en es où`,
    help: `
      aide, aide-moi, à l'aide, que peux-tu faire, que sais-tu faire, qu'est-ce que tu peux faire,
      tu peux faire quoi, comment ça marche, quelles sont mes options, quelles sont les options`,
    goOnThere: "continue là-bas, continuer là-bas, continuez là-bas, reste là-bas, poursuis là-bas",
    takeOver: `
      prends le relais, prenez le relais, reprends, reprends ici, reprendre ici, reprenez ici, continue ici,
      continuer ici, continuez ici, poursuis ici`,
    syncNow: `
      synchronise, synchroniser, synchronisez, synchronise maintenant, synchroniser maintenant,
      synchronisez maintenant`,
    replan: `
      replanifie, replanifier, replanifiez, planifie à nouveau, planifie de nouveau, relis, relis la page,
      relire la page, relisez la page, lis la page à nouveau, lis à nouveau la page, recharge la page,
      refais le plan, refaire le plan, actualise le plan`,
  },
  kinds: {
    epic: { one: "épopée, épique", many: "épopées, épiques" },
    feature: { one: "fonctionnalité", many: "fonctionnalités" },
    story: {
      one: "récit, récit utilisateur, histoire, histoire utilisateur",
      many: "récits, récits utilisateur, récits utilisateurs, histoires, histoires utilisateur, histoires utilisateurs",
    },
    enabler: { one: "facilitateur, habilitateur", many: "facilitateurs, habilitateurs" },
  },
  ordinals: {
    1: "premier, première, premiers, premières",
    2: "deuxième, seconde",
    3: "troisième",
    4: "quatrième",
    5: "cinquième",
    6: "sixième",
    7: "septième",
    8: "huitième",
    9: "neuvième",
    10: "dixième",
    "-1": "dernier, dernière, derniers, dernières",
  },
  cardinals: {
    2: "deux",
    3: "trois",
    4: "quatre",
    5: "cinq",
    7: "sept",
    8: "huit",
    9: "neuf",
    10: "dix",
  },
  lookalikes: `
    créera, créeras, creera, crées, créés, créées, annulera, annulés, annulées, validés, validée, lancera,
    retirés, enlevé, sautes, ignorés, lancés, relisé`,
  rewrites: [
    // "ne crée que la feature 2" says only, not no.
    [/(?<!\p{L})(?:ne\s+|n['’])((?:(?!pas\b|rien\b|aucune?\b)[\p{L}-]+\s+){1,4}?)(?:que\s+|qu['’])/giu, "$1seulement "],
    // Without its accents "créé" (it has been done) is the same word as "crée" (do it).
    [/(?<!\p{L})créée?s?(?!\p{L})/giu, "déjà fait"],
    [/(?<!\p{L})(je|on|nous)\s+(?:l[ae]s?\s+)?(crée|créer|créons|fais|lance)(?!\p{L})/giu, "$1 soi-même"],
  ],
};
