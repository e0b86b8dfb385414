/** `gefyra complete -- WORDS`: what the shells' scripts run at each TAB. Nobody types it, so no help shows it. */
import timeout from "p-timeout";
import { gatherEntropy } from "../entropy.ts";
import { answerText, type Candidate, staticCandidates } from "./answer.ts";
import { type Kind, kindOf } from "./kinds.ts";
import tree from "./tree.json" with { type: "json" };
import type { TreeCommand } from "./tree.ts";
import { type Question, questionOf } from "./words.ts";

/** A cluster that does not answer must not hang the shell. */
const DEADLINE_MS = 1500;

/** The text for the shell. Never throws: an error would appear in the user's prompt. */
export async function complete(words: string[], deadlineMs = DEADLINE_MS): Promise<string> {
  const question = questionOf(tree as TreeCommand, words);
  const kind = kindOf(question);
  const found = staticCandidates(question);
  if (found.length === 0 && kind !== "text" && kind !== "files") {
    // What has been found by then is offered.
    await timeout(addNames(question, kind, found), { milliseconds: deadlineMs, fallback: () => {} }).catch(
      () => {},
    );
    // They have come in the order of the answers; ports have an order of their own.
    if (kind !== "ports") found.sort((a, b) => a.value < b.value ? -1 : 1);
  }
  return answerText(found, question.start, kind);
}

/** Loads what asks Docker and the cluster only when it is needed. */
async function addNames(question: Question, kind: Kind, found: Candidate[]): Promise<void> {
  gatherEntropy();
  const { namesOf } = await import("./names.ts");
  await namesOf(question, kind, (more) => void found.push(...more));
}
