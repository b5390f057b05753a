import { runMain } from '../sim'

/** Strikes a whole system of its own, seed by seed (docs/chaos.md). @returns the exit code */
export const chaos = (args: readonly string[]): Promise<number> => runMain('chaos', args)
