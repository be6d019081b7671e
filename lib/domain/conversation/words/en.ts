import type { Words } from "./words.js";

/** What people say in English. */
export const en: Words = {
  tags: {
    create: `
      create, go ahead, go ahead with the creation, go for it, ship it, make it so, make it happen, proceed,
      approve, let's go, build, import, start, start creating, begin`,
    createWhenNegated: "creating, go forward",
    do: "do it, do this, do that, do so, do, make, let's do it, let's do this, set it up, set them up",
    yes: `
      yes, yep, yeah, yup, yea, aye, sure, sure thing, of course, absolutely, definitely, certainly,
      affirmative, approved, i approve, confirm, confirmed, i confirm, agreed, i agree, go`,
    fine: `
      ok, okay, k, kk, okey, fine, alright, all right, good, great, perfect, excellent, awesome, looks good,
      look good, looks great, looks fine, looks right, looks correct, looks perfect, exactly what we need,
      that's exactly what we need, that's exactly it, looking good, it looks good, that looks good,
      this looks good, this looks great, that looks great, all looks good, sounds good, sounds great,
      sounds right, lgtm, all good, good to go, works for me, that works, this works, that's good, that's fine,
      that's right, that's correct, that's perfect, that's great, it's fine, it's good, is fine, is good, is ok,
      is okay, fine by me, fine with me, very good, good for me, continue, go on, carry on, i like it, love it,
      i'm happy with it, happy with that, well done, good job, nice work, great work`,
    no: "nope, nah, no thanks, no thank you, no way",
    noOrNot: "no",
    not: `
      not, don't, dont, do not, never, none, nothing, must not, mustn't, shouldn't, should not, can't, cannot,
      we don't need, we do not need, i don't need, i do not need, we don't want, we do not want, i don't want,
      i do not want, we won't need`,
    wait: `
      wait, hold on, hold, hang on, not yet, yet, not now, not so fast, later, later on, tomorrow, pause,
      one moment, a moment, one second, moment, one sec, not ready, not sure, unsure, maybe, perhaps, no rush,
      slow down, give me a minute, give me a second, let me check, let me think, let me see, hmm, hm`,
    cancel: `
      cancel, cancel it, stop, stop it, stop creating, stop your changes, stop the changes, abort, nevermind,
      discard, discard it, call it off, quit, do nothing, throw it away, reject, rejected`,
    only: `
      only, solely, exclusively, nothing but, keep only, keep just, only keep, just keep, leave only,
      limit it to, is enough, are enough`,
    just: "just, simply",
    without: `
      without, except, except for, excluding, exclude, excepting, skip, skipping, leave out, leave off,
      leaving out, out, off, aside, minus, omit, ignore, apart from, aside from, other than, everything but,
      all but, anything but, take out, cut, but not, and not, don't include, do not include,
      not including, hold off on, hold back, park, postpone, defer, ditch, can go`,
    leave: "leave",
    letGo: "drop, forget, forget about, never mind, scrap, kill, delete, remove",
    need: "need, needed, necessary, required, want, bother, bother with",
    all: `
      all, everything, the whole thing, the whole plan, all of, all of it, all of them, every, each,
      the whole lot, the lot, whole, entire, both`,
    rest: `
      rest, the rest, the others, others, everything else, all else, all others, all the others, remaining,
      the other ones`,
    and: "and, plus, as well as",
    but: "but, however, though",
    afterwards: "then, after that, afterwards",
    because: "because, since, cause, now that, given that",
    condition: `
      if, when, once, unless, whenever, as soon as, as long as, provided, providing, assuming, in case, or, whether`,
    fact: `
      that's not, that is not, that was not, this is not, this was not, it's not, it was not, these are not,
      those are not, those were not, they are not, they were not, was only, were only, was just, were just`,
    to: "to, through, thru, until, till, up to",
    request: `
      can you, could you, would you please, will you please, can we, could we, can you please, could you please,
      would you kindly, would you be so kind`,
    wish: "would you, will you, can i get, can i have, could i get, could i have, may i have",
    move: "put, move, use, switch to, switch, place, instead, rather, take",
    team: "team, teams",
    page: "page, document, doc, link",
    here: "here",
    there: "there, over there",
    numberSign: "number, nr, num",
    small: `
      the, a, an, it, its, them, this, that, these, those, they, of, for, me, us, in, on, into, at, from,
      with it, now, right now, right away, straight away, immediately, asap, already, so, well, also, too,
      as well, any, anything, any of, one, ones, please, pls, plz, kindly, thanks, thank you,
      thank you very much, thanks a lot, many thanks, thx, ty, cheers, hi, hey, hello, hi there, dear, agent,
      planning agent, linear, in linear, issue, issues, item, items, ticket, tickets, plan, the plan, proposal,
      list, work items, as proposed, as suggested, as shown, as is, as planned, as listed, like this, like that,
      as it is, you can, you may, feel free to, i want you to, i'd like you to, i would like you to, i want,
      i'd like, we want, we need, we only need, let's, lets, for me, to me, for us, for now,
      for the moment, from my side, from me, their, our, my, your, your plan, oh, ah, actually, are, is, be,
      things, stuff, that one, at all, last run, the run, the creation, with the creation,
      otherwise, for sure, up, please go, sorry, guys, folks, stay, stays, staying, real quick, quickly,
      great thanks, team please, exactly`,
    retry: "retry, rerun, re-run, have another go",
    attempt: "try, give it, give that, give this, run",
    again: "again, once more, one more time, another try, another go, another shot, another attempt, a second try",
    undo: "undo, revert, roll back, rollback",
    made: `
      you made, you just made, you've made, you have made, you created, you just created, you've created,
      you've just created, you have created, you have just created, you did, you just did, you've done,
      you have done, what you did, what you made, what you created, your changes, the changes, these changes,
      all changes, that was created, that was just created, was created, was just created`,
    status: `
      status, status update, what's the status, whats the status, what is the status, where do you stand,
      where do we stand, where are you, where are we, where does it stand, where do things stand,
      where is it at, how far are you, how far along are you, how is it going, how's it going, any progress,
      progress, what's happening, what are you doing, any news, any update, are you done, are you still there,
      still working, are you finished, what's going on, how far did you get, what's up, are you done yet,
      is it done, is it done yet, are we there yet, how's it looking, how are we doing, how are things going,
      how far are we`,
    help: `
      help, help me, what can you do, what can i do, what can i say, how does this work, how does it work,
      how do you work, what are my options, what are the options, commands, what do you do, what can i ask,
      what can i answer, how do i use you`,
    goOnThere: "go on there, continue there, carry on there, stay there, keep going there, leave it there",
    takeOver: `
      take over, take over here, take it over, take it over here, continue here, go on here, carry on here`,
    syncNow: `
      sync, sync now, synchronise, synchronize, synchronise now, synchronize now, sync it, sync the page,
      update the page now`,
    replan: `
      plan again, replan, re-plan, plan it again, read again, read the page again, read it again,
      read the page once more, reread, re-read, reread the page, re-read the page, refresh the plan, refresh,
      reload, reload the page, look at the page again, start over, check the page again, plan from scratch,
      start again, look again, check again, have another look`,
  },
  kinds: {
    epic: { one: "epic", many: "epics" },
    feature: { one: "feature", many: "features" },
    story: { one: "story, user story", many: "stories, user stories, storys, user storys" },
    enabler: {
      many: "enablers, enabler stories, enabler features, enabling work, spikes",
      either: "enabler, enabler story, spike",
    },
  },
  ordinals: {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    10: "tenth",
    "-1": "last",
  },
  cardinals: {
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
  },
  lookalikes: `
      created, creates, creature, cancels, canceled, store, stores, stored, storey, enable, enabled, enables,
      removed, removes, deleted, deletes, ignored, ignores, proceeds, approves, excepts, excluded, omits,
      imports, features', skipped, builds, simple, important, imported, rejects, undoes, expect, aborted,
      forgot, forgets, scrape, scraps, against`,
  rewrites: [
    // What is not needed yet is left out: nobody has to wait for it.
    [/(?<=(?:not|n['’]t) need \S[^.,;!?]*)\s+(?:just )?yet(?!\p{L})/giu, ""],
    [/(?<![\p{L}\p{N}])w\/(?:o|out)(?!\p{L})/giu, "without"],
    [/(?<!\p{L})(?:roll|take)\s+((?:(?:it|this|that|them|everything|all|of|please)\s+)+)back(?!\p{L})/giu, "undo $1"],
    // "I'll create them myself" and "we create": the person speaks of what they do, not of what the agent shall do.
    [/(?<!\p{L})(i|we|they|he|she)\s+(create|make|do|did|build|import|cancel|skip)(?!\p{L})/giu, "$1 themselves"],
    // By itself an answer, between words the Spanish "and".
    [/^\s*y[\s.!]*$/iu, "yes"],
    // "No." in front of a number is an abbreviation.
    [/(?<!\p{L})no\.\s?(?=\d)/giu, "number "],
  ],
};
