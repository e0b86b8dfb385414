/** What the command line of `deno task bench` asks for. */
const DEFAULT_ROUNDS = 5;
let chosen = DEFAULT_ROUNDS;

/** How many fresh connections a figure makes that needs one for each of its values. */
export const rounds = () => chosen;

export function chooseRounds(text: string | undefined): void {
  if (text === undefined) return;
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new Error(`Cannot use "${text}" as a number of rounds: it has to be 1 to 999`);
  }
  chosen = Number(text);
}
