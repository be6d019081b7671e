import type { Words } from "./words.js";

/** What people say in Spanish. */
export const es: Words = {
  tags: {
    create: `
      crea, crear, créalo, créala, créalos, créalas, cree, creen, créelos, créelas, crea todo, adelante,
      procede, proceda, proceder, dale, vamos, apruebo, aprueba, aprobar, genera, generar, lánzalo,
      ponte a ello, vamos a ello, empieza, comienza`,
    createWhenNegated: "crees, creéis, creas, crearlo, crearlos",
    do: "haz, hazlo, hacer, haga, hágalo, hazlos, hagámoslo, hagas, lo hagas",
    yes: `
      afirmativo, claro, claro que sí, por supuesto, desde luego, aprobado, confirmado, confirmo, lo confirmo,
      confirma, sip, venga, síyes`,
    fine: `
      vale, de acuerdo, está bien, esta bien, me parece bien, perfecto, bien, muy bien, todo bien, genial,
      estupendo, excelente, correcto, se ve bien, tiene buena pinta, conforme, listo, okey, suena bien,
      todo correcto, así está bien, continúa, sigue, continúe`,
    no: "no gracias, para nada, de ninguna manera, ni hablar",
    noOrNot: "",
    not: "ningún, ninguno, ninguna, nada, nunca, jamás, tampoco, ni",
    wait: `
      espera, espere, esperar, todavía no, aún no, ahora no, más tarde, luego no, un momento, un segundo,
      mañana, quizás, quizá, tal vez, no estoy seguro, todavía, aún, después no, momento, no estoy segura,
      espérate`,
    cancel: `
      cancela, cancelar, cancele, cancélalo, cancela todo, detente, detén, detener, deténgase, para ya, anula,
      anular, anúlalo, aborta, abortar, rechazar, rechazado, parar, para todo, alto`,
    only: `
      solo, sólo, solamente, únicamente, nada más que, nada más, deja solo, quédate con, mantén solo,
      exclusivamente, sola, únicos, basta con, basta, bastan`,
    just: "simplemente",
    without: `
      sin, excepto, salvo, menos, a excepción de, aparte de, omite, omitir, omita, excluye, excluir, excluyendo,
      salta, saltar, sáltate, sáltese, ignora, ignorar, deja fuera, dejar fuera, dejando fuera, fuera, pero no,
      pero sin, solo sin, todo menos, descarta, descartar, no incluyas, no incluir, saca, sácalo, sácala,
      sácalos, sácalas, sacar, sobra, sobran`,
    leave: "deja, deje, dejar, dejamos, dejemos, déjalo, déjala, déjalos, déjalas",
    letGo: `
      olvida, olvídalo, olvídala, olvídalos, olvídalas, olvídate de, olvidemos, borra, borrar, bórralo, bórrala,
      bórralos, bórralas, quita, quitar, quite, quítalo, quítala, quítalos, quítalas, elimina, eliminar,
 elimínalo, elimínalos`,
    need: "hace falta, hacen falta, falta, necesario, necesaria, necesarios, necesarias",
    all: "todo, toda, todos, todas, todo el plan, cada, entero, ambos, ambas",
    rest: "el resto, resto, los demás, las demás, lo demás, todo lo demás, los otros, las otras, demás",
    and: "e",
    but: "pero, sin embargo",
    afterwards: "luego, después, entonces",
    because: "porque, ya que, puesto que",
    condition: `
      si, cuando, en cuanto, una vez que, siempre que, siempre y cuando, a menos que, salvo que, salvo si, o, u`,
    fact: `
      no es, no era, no son, no eran, esa no es, esa no era, eso no es, eso no era, era solo, solo era,
      fue solo, solo fue`,
    to: "hasta, al, hasta la, hasta el, a la",
    request: "puedes, podrías, puede, podría, me puedes, me podrías, podéis, pueden, podemos",
    wish: "se puede, se podría, querrías, te importaría",
    move: `
      pon, ponlo, ponla, ponlos, ponlas, poner, mueve, muévelo, muévelos, mover, usa, usar, mejor, en su lugar,
      en vez de eso`,
    team: "equipo, el equipo",
    page: "página, la página",
    here: "aquí, acá",
    there: "allí, allá, ahí",
    numberSign: "",
    small: `
      el, la, los, las, lo, un, una, unos, unas, del, de la, de los, de las, este, esta, estos, estas, eso,
      esos, esas, esto, ese, esa, te, se, mi, para, por, por favor, porfa, porfavor, con, ya, ahora,
      ahora mismo, ya mismo, enseguida, gracias, muchas gracias, mil gracias, hola, buenas, buenos días,
      incidencias, tareas, elementos, el plan, como propones, como está, así, tal cual, también,
      puedes proceder a, quiero, quiero que, quisiera, necesito, queremos, necesitamos, a, ellos, ellas,
      por ahora, de momento, primero que nada, en linear, es, son, está, están, pues, bueno, perdón, perdona,
      oye, tú, queda, quedan, la verdad`,
    retry: `
      reintenta, reintentar, reintentarlo, reinténtalo, vuelve a intentarlo, vuelve a intentar,
      volver a intentarlo, volver a intentar, vuelve a probar, volver a probar`,
    attempt: "intenta, inténtalo, intente, intentar, intentarlo, prueba, pruébalo, probar, probarlo",
    again: "otra vez, de nuevo, una vez más, nuevamente",
    undo: `
      deshacer, deshacerlo, deshaz, deshazlo, deshazla, deshazlos, deshaga, revierte, revertir, revertirlo,
      reviértelo, da marcha atrás, vuelve atrás`,
    made: `
      lo que has creado, lo que has hecho, lo que creaste, lo que hiciste, lo que acabas de crear,
      lo que acabas de hacer, los cambios, tus cambios`,
    status: `
      cómo vas, cómo va, cómo va todo, cómo va eso, cómo va el plan, en qué punto estás, en qué punto estamos,
      en qué estás, dónde estás, dónde estamos, por dónde vas, estado, cuál es el estado, qué estás haciendo,
      has terminado, ya terminaste, progreso, qué tal vas, hay novedades, alguna novedad, qué haces, cómo vamos,
      qué tal va, has acabado`,
    help: `
      ayuda, ayúdame, qué puedes hacer, qué sabes hacer, cómo funciona, cómo funciona esto, qué opciones tengo,
      cuáles son mis opciones, qué puedo decir, qué puedo hacer`,
    goOnThere: `
      sigue allí, sigue allá, sigue ahí, continúa allí, continuar allí, continúa ahí, seguir allí, continúa allá`,
    takeOver: `
      toma el relevo, toma el control, hazte cargo, hazte cargo aquí, encárgate aquí, continúa aquí, sigue aquí,
      continuar aquí, seguir aquí, tomar el control, toma el control aquí`,
    syncNow: "sincroniza, sincronizar, sincroniza ahora, sincronizar ahora, sincronice",
    replan: `
      planifica de nuevo, planifica otra vez, replanifica, replanificar, vuelve a planificar,
      vuelve a leer la página, vuelve a leer, vuelve a leerla, lee la página de nuevo, lee de nuevo la página,
      lee la página otra vez, lee otra vez la página, relee la página, relee, rehaz el plan, actualiza el plan`,
  },
  kinds: {
    epic: { one: "épica", many: "épicas" },
    feature: { one: "funcionalidad, característica", many: "funcionalidades, características" },
    story: { one: "historia, historia de usuario", many: "historias, historias de usuario" },
    enabler: { one: "habilitador", many: "habilitadores" },
  },
  ordinals: {
    1: "primer, primera, primero, primeras, primeros",
    2: "segundo, segunda",
    3: "tercer, tercera, tercero",
    4: "cuarta, cuarto",
    5: "quinta, quinto",
    6: "sexta, sexto",
    7: "séptima, séptimo",
    8: "octava, octavo",
    9: "novena",
    10: "décima",
    "-1": "última, último, últimas, últimos",
  },
  cardinals: {
    2: "dos",
    3: "tres",
    4: "cuatro",
    5: "cinco",
    6: "seis",
    7: "siete",
    8: "ocho",
    9: "nueve",
    10: "diez",
  },
  lookalikes: `
    crearé, creará, creara, crearon, adelanto, creado, creada, creados, creadas, menus, cancelas, cancelará,
    saltas, quitas, quito, generan, proceso, procedo, eliminas, apruebas, omitió, ignoras`,
  rewrites: [
    // With its accent it is always yes; without it only where nothing depends on it: otherwise it is "if", in French too.
    [/(?<!\p{L})sí(?!\p{L})/giu, "síyes"],
    [/^\s*si(?=\s*(?:[,.!]|$))/iu, "síyes"],
    [/^\s*si\s+por\s+favor(?=\s*(?:[,.!]|$))/iu, "síyes"],
    // Between marks a stop, before another word a preposition.
    [/(?<=^\s*|[,.!]\s*)(?:para|pare)(?=\s*(?:[,.!]|$))/giu, "cancela"],
    [/(?<!\p{L})(yo|nosotros)\s+(?:l[oa]s?\s+)?(creo|creamos|crea|hago)(?!\p{L})/giu, "$1 mismo"],
  ],
};
