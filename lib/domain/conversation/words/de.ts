import type { Words } from "./words.js";

/** What people say in German. */
export const de: Words = {
  tags: {
    create: `
      anlegen, lege, leg, legen, legt, legen sie, angelegt werden, erstelle, erstellen, erstell, erzeuge,
      erzeugen, leg los, los geht's, loslegen, lass uns loslegen, freigeben, genehmigen, umsetzen, starten,
      starte, fang an, beginne`,
    createWhenNegated: "angelegt",
    do: `
      mach, mache, machen, macht, mach es, mach das, mach's, machs, mach mal, machen wir, so machen, tu es,
      tu das`,
    yes: `
      ja, jo, jap, jawohl, klar, na klar, natürlich, sicher, selbstverständlich, genehmigt, freigegeben,
      bestätigt, bestätige, ich bestätige, einverstanden, ja doch`,
    fine: `
      passt, passt so, das passt, das passt so, passt für mich, in ordnung, geht klar, alles klar, gut,
      sehr gut, super, prima, perfekt, top, sieht gut aus, schaut gut aus, klingt gut, gern, gerne, weiter,
      mach weiter, weiter so, sehr schön, ist ok, ist gut, das ist gut, das ist ok, stimmt so, okidoki,
      geht in ordnung, sieht super aus`,
    no: "nein, nee, nee danke, ne danke, nein danke, auf keinen fall, lieber nicht",
    noOrNot: "",
    not: "nicht, kein, keine, keinen, keinem, keiner, keines, keins, nichts, nie, niemals, nix, gar nichts",
    wait: `
      warte, warten, wart, warten sie, moment, moment mal, noch nicht, jetzt nicht, nicht jetzt, später, morgen,
      halt, einen moment, vielleicht, nicht sicher, langsam, noch, erst mal nicht, erstmal nicht, mal sehen,
      augenblick, sekunde`,
    cancel: `
      abbrechen, brich ab, brich das ab, brechen sie ab, breche ab, abbruch, stopp, stoppe, stoppen,
      lass gut sein, lass stecken, hör auf, aufhören, storniere, stornieren,
      verwerfen, verwirf, verwirf es, ablehnen, abgelehnt`,
    only: "nur, lediglich, ausschließlich, bloß, behalte nur, nur noch, allein, reicht, reichen, genügt, genügen",
    just: "",
    without: `
      ohne, außer, ausser, bis auf, alles außer, alles bis auf, mit ausnahme von, ausgenommen, abgesehen von,
      weglassen, auslassen, weg, raus, heraus, rauslassen, überspringe, überspringen,
      überspring, streiche, streich, streichen, ignoriere, ignorieren, aber nicht, nur ohne, nur nicht,
      aber keine, aber ohne, rausnehmen, kann weg, können weg, kann raus, können raus,
      fällt weg, fallen weg, verzichte auf`,
    leave: "lass, lasse, lassen, lasst, lassen wir, lassen sie, wirf, schmeiß",
    letGo: "vergiss, vergessen wir, vergessen sie, lösche, lösch, löschen, entferne, entfernen",
    need: `
      brauchen, brauchen wir, brauche, brauche ich, brauch ich, braucht, braucht es, benötigen, benötigen wir,
      nötig, notwendig, bedarf, wollen wir, will ich, möchte ich`,
    all: "alle, alles, allen, aller, sämtliche, komplett, ganze, ganzen, jede, jeden, beide, beiden",
    rest: `
      den rest, der rest, übrigen, die übrigen, die anderen, anderen, alles andere, alle anderen, alles übrige`,
    and: "und, sowie",
    but: "aber, jedoch",
    afterwards: "dann, danach, anschließend",
    because: "weil, nämlich",
    condition: "wenn, falls, sobald, sofern, solange, vorausgesetzt, es sei denn, oder, ob",
    fact: `
      das ist nicht, das war nicht, das sind nicht, das waren nicht, es war nicht, war nicht,
      war nämlich nicht, war nur, waren nur`,
    to: "bis, bis zu, bis zum",
    request: `
      kannst du, könntest du, können sie, könnten sie, würdest du bitte, würden sie bitte, kannst du bitte,
      könntest du bitte, können sie bitte, kannst du mal`,
    wish: "würdest du, würden sie, können wir, könnten wir, kann man, kann ich",
    move: `
      verschiebe, verschieb, nimm lieber, nutze, verwende, benutze, lieber, stattdessen, pack, packe, ins,
      nehmen wir`,
    team: "",
    page: "seite, die seite, dokument",
    here: "hier",
    there: "dort, da drüben",
    numberSign: "nummer",
    small: `
      der, die, das, den, dem, des, ein, eine, einen, es, sie, ihn, diese, dieses, diesen, dieser, so, im,
      ins team, am, an, aus, auf, zu, zum, von, vom, für, mir, mich, uns, jetzt, gleich, sofort, direkt, mal,
      doch, bitte, bitte sehr, danke, danke schön, vielen dank, danke dir, hallo, moin, servus, guten tag,
      tickets, vorgänge, vorgang, aufgaben, einträge, punkte, elemente, plan, vorschlag, wie vorgeschlagen,
      wie gezeigt, wie besprochen, wie geplant, einfach, auch, mit, dazu, du kannst, sie können, du darfst,
      sie dürfen, ich möchte, wir wollen, wir brauchen, lass uns, lasst uns, fürs, beim, aufs, denn, bleibt,
      bleiben, inzwischen, mittlerweile, wieder, trotzdem, ruhig, kurz, eben, bitte mal, sorry, ach, also, sein,
      ist, sind, diesmal, erst einmal, erstmal, vorerst, zunächst, davon, hinzu, in linear, nimm, fang`,
    retry: "wiederholen, wiederhole",
    attempt: "versuch, versuche, versuchen, versuch's, probier, probiere, probieren, probier's",
    again: "nochmal, noch mal, noch einmal, nochmals, erneut, ein weiteres mal, noch einen versuch",
    undo: "rückgängig, wieder weg, wieder löschen, zurücknehmen, zurückrollen, widerrufe, widerrufen",
    made: `
      was du angelegt hast, was du erstellt hast, was du gemacht hast, was du getan hast,
      was du gerade angelegt hast, was du gerade erstellt hast, was du gerade gemacht hast,
      was du eben angelegt hast, was du eben gemacht hast, deine änderungen, die änderungen, alle änderungen`,
    status: `
      wo stehst du, wo stehen wir, wie weit bist du, wie weit sind wir, wie ist der stand, wie ist der status,
      was ist der stand, stand, stand der dinge, wie läuft es, wie läuft's, was machst du, was machst du gerade,
      fortschritt, bist du fertig, wie sieht es aus, wie sieht's aus, gibt es neuigkeiten, gibt's was neues,
      zwischenstand, wie weit bist du eigentlich, bist du schon fertig, schon fertig, wie schaut's aus,
      wie weit seid ihr`,
    help: `
      hilfe, hilf mir, was kannst du, was kann ich tun, was kann ich sagen, wie funktioniert das, wie geht das,
      welche optionen habe ich, welche möglichkeiten habe ich`,
    goOnThere: `
      dort weiter, dort weitermachen, mach dort weiter, mache dort weiter, machen sie dort weiter, weiter dort`,
    takeOver: `
      übernimm, übernehme, übernehmen, hier übernehmen, übernimm hier, hier weiter, hier weitermachen,
      mach hier weiter, mache hier weiter`,
    syncNow: `
      synchronisiere, synchronisieren, jetzt synchronisieren, synchronisiere jetzt, abgleichen, gleiche ab,
      gleich ab, jetzt abgleichen`,
    replan: `
      plane neu, neu planen, plane nochmal, plane noch einmal, plane noch mal, nochmal planen,
      noch einmal planen, lies die seite neu, lies die seite nochmal, lies neu, lies die seite noch einmal,
      lies die seite noch mal, lies die seite erneut, seite neu lesen, die seite neu lesen, seite nochmal lesen,
      die seite nochmal lesen, die seite noch einmal lesen, neu einlesen, fang von vorne an,
      aktualisiere den plan`,
  },
  kinds: {
    epic: { many: "epen" },
    feature: { many: "funktionen" },
    story: { one: "geschichte", many: "geschichten, anforderungen" },
    enabler: { many: "enablern, befähiger" },
  },
  ordinals: {
    1: "erste, ersten, erster, erstes",
    2: "zweite, zweiten, zweiter, zweites",
    3: "dritte, dritten, dritter, drittes",
    4: "vierte, vierten, viertes",
    5: "fünfte, fünften, fünftes",
    6: "sechste, sechsten",
    7: "siebte, siebten",
    8: "achte, achten",
    9: "neunte, neunten",
    10: "zehnte, zehnten",
    "-1": "letzte, letzten, letzter, letztes",
  },
  cardinals: {
    1: "eins",
    2: "zwei",
    3: "drei",
    4: "vier",
    5: "fünf",
    6: "sechs",
    7: "sieben",
    8: "acht",
    9: "neun",
    10: "zehn",
  },
  lookalikes: `
    anlagen, anliegen, erstellt, erstellte, erstelltes, erzeugt, erzeugte, angelegen, ablegen, belegen,
    ausgelassen, streicht, entfernt, verlassen, stoppt, überspringt, ignoriert`,
  rewrites: [
    // What is not needed yet is left out: nobody has to wait for it.
    [
      /(?<=(?<!\p{L})(?:brauch|benötig)\p{L}*\s+(?:(?:wir|ich|es)\s+)?)(?:erst ?mal|noch|jetzt|momentan)\s+(?=nicht)/giu,
      "",
    ],
    [
      /(?<!\p{L})(?:nimm|nehmen sie)\s+((?:(?:das|es|alles|bitte|mal|wieder|jetzt)\s+)+)zurück(?!\p{L})/giu,
      "rückgängig $1",
    ],
    // "Los!" by itself is a go; between other words it is a Spanish article.
    [/^\s*(?:auf geht'?s|(?:na )?(?:dann )?los)[\s.!]*$/iu, "go"],
    [/^\s*halt[\s.!]*$/iu, "stopp"],
    [/(?<!\p{L})(ich|wir)\s+(lege|legen|erstelle|erstellen|mache|machen)(?!\p{L})/giu, "$1 selbst"],
    [/(?<!\p{L})(lege|erstelle|mache)\s+ich(?!\p{L})/giu, "ich selbst"],
  ],
};
