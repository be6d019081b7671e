const approving =
  /👍|✅|✔|☑|👌|🆗|💯|:(?:\+1|thumbsup|white_check_mark|heavy_check_mark|ok_hand|ok|100):|(?<![\w+])\+1(?!\w)/gu;
// Disapproval does not say what to do instead: it becomes a word of doubt, so that the agent asks again.
const doubting =
  /👎|❌|✖|🚫|⛔|🛑|✋|🤚|🤔|😕|🙁|:(?:-1|thumbsdown|x|no_entry|no_entry_sign|thinking|raised_hand):|(?<![\w-])-1(?!\w)/gu;
// An opening mark only says where the question begins, if a closing one follows.
const opening = /¿(?=[^?]*\?)/gu;
const asking = /❓|❔|⁉|¿/gu;

/** The words of a reply without mark-up, quoted lines, struck-through text, mentions of the agent and pictures. */
export function cleanReply(reply: string): string {
  const words = reply
    .slice(0, 4000)
    .replace(/⁉/gu, "?")
    .normalize("NFKC")
    .replace(/\p{Cf}|\p{Me}|\p{Variation_Selector}/gu, "")
    .replace(/^\s*>.*$/gmu, "")
    .replace(/~~.*?~~/gsu, " ")
    .replace(/\[@[^\]]*\]\([^)]*\)/gu, " ")
    .replace(/<?https?:\/\/linear\.app\/[^\s/]+\/profiles\/[^\s>)]*>?/giu, " ")
    .replace(/\[[^\]]*\]\(<?(https?:[^)\s>]+)>?[^)]*\)/giu, " $1 ")
    .replace(/@(?:linear[\s_-]?)?planning[\s_-]?agent\b|@agent\b/giu, " ")
    .replace(approving, " okay ")
    .replace(doubting, " hmm ")
    .replace(opening, ". ")
    .replace(asking, " ? ")
    .replace(/:[a-z][a-z0-9_]+:/gu, " ")
    .replace(/[:;]-?[)D(P](?!\w)/gu, " ")
    .replace(/\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}/gu, " ")
    .replace(/[*`]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, "")
    .replace(/^\s*(?:#{1,6}|[-+•])\s+/gmu, "")
    .trim();
  return /^["'“„«]([^"“”„«»]*)["'“”»]$/u.exec(words)?.[1]?.trim() ?? words;
}
