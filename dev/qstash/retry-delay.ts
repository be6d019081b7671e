import { readRetryAfter } from "./duration.js";
import type { QueuedMessage } from "./message.js";

type Expression = (retried: number) => number;

const functions: Record<string, (...values: number[]) => number> = {
  pow: Math.pow,
  sqrt: Math.sqrt,
  abs: Math.abs,
  exp: Math.exp,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  min: Math.min,
  max: Math.max,
};
const operators: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/**
 * Reads an `Upstash-Retry-Delay` such as `min(60000, pow(2, retried) * 1000)`: numbers, `retried`, the four operations, parentheses and the
 * functions that QStash documents. Throws where it is anything else.
 */
export function readRetryDelay(text: string): Expression {
  const tokens = text.match(/\d+(?:\.\d+)?|[a-z]+|\S/gi) ?? [];
  let at = 0;
  const take = (token: string) => tokens[at] === token && ++at > 0;
  const expect = (token: string) => {
    if (!take(token)) throw new Error(`"${text}" is no retry delay: expected ${token} at ${tokens[at] ?? "the end"}`);
  };

  const binary = (signs: string[], operand: () => Expression): Expression => {
    let left = operand();
    for (let sign = tokens[at]; sign !== undefined && signs.includes(sign); sign = tokens[at]) {
      at += 1;
      const [a, b, apply] = [left, operand(), operators[sign]];
      left = (retried) => apply?.(a(retried), b(retried)) ?? Number.NaN;
    }
    return left;
  };
  const sum = (): Expression => binary(["+", "-"], product);
  const product = (): Expression => binary(["*", "/"], factor);
  const factor = (): Expression => {
    if (take("-")) {
      const value = factor();
      return (retried) => -value(retried);
    }
    if (take("(")) {
      const value = sum();
      expect(")");
      return value;
    }
    const token = tokens[at++] ?? "";
    if (/^\d/.test(token)) return () => Number(token);
    if (token === "retried") return (retried) => retried;
    const call = Object.hasOwn(functions, token) ? functions[token] : undefined;
    if (!call) throw new Error(`"${text}" is no retry delay: ${token || "it ends too early"}`);
    const values = list();
    return (retried) => call(...values.map((value) => value(retried)));
  };
  const list = (): Expression[] => {
    expect("(");
    const values = [sum()];
    while (take(",")) values.push(sum());
    expect(")");
    return values;
  };

  const whole = sum();
  if (at < tokens.length) throw new Error(`"${text}" is no retry delay: ${tokens[at] ?? ""}`);
  return whole;
}

const longestDelayMs = 86_400_000;

/** How long to wait after a failed attempt: what the answer asks, else the message's own expression, else e^(2.5 n) seconds. */
export function retryDelayMs(
  message: Pick<QueuedMessage, "retried" | "retryDelay">,
  answerHeaders: Record<string, string>,
  now: number,
  timeScale: number,
): number {
  const asked = readRetryAfter(answerHeaders["retry-after"] ?? null, now);
  const computed = message.retryDelay === null ? null : readRetryDelay(message.retryDelay)(message.retried);
  const usual = Math.min(Math.exp(2.5 * (message.retried + 1)) * 1000, longestDelayMs) * timeScale;
  const delay = asked ?? computed ?? usual;
  return Math.round(Number.isNaN(delay) ? usual : Math.min(Math.max(delay, 0), longestDelayMs));
}
