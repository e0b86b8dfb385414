/** The options of `deno task bench`. */
const DEFAULT_ROUNDS = 5;
let chosen = DEFAULT_ROUNDS;

/** Number of new connections for a figure that needs one for each value. */
export const rounds = () => chosen;

export function chooseRounds(text: string | undefined): void {
  if (text === undefined) return;
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new Error(`Cannot use "${text}" as a number of rounds: it has to be 1 to 999`);
  }
  chosen = Number(text);
}
