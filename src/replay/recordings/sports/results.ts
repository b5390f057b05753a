import path from 'node:path'
import { z } from 'zod'
import { money, type Millis, type Money } from '../../../core/units'
import { damaged, jsonLinesOf, read, timeSchema } from './json-lines'
import { eventOf, leagueOf } from './leagues'

const FILE = 'kalshi_series/settlements/2026-07-17.jsonl.gz'

/** How a market was decided. */
export interface MarketResult {
  readonly yesPays: Money
  /** When it closed: the game had ended. When it was paid was not recorded. */
  readonly closedMs: Millis
}

const PAYS = { yes: money('1'), no: money(0) } as const
const ofMarket = z.object({ ticker: z.string() })
const lineSchema = z.object({ ticker: z.string(), result: z.enum(['yes', 'no']), close_time: timeSchema })

/**
 * The results of the recorded leagues' markets, by ticker: of about half of them.
 * @throws RangeError naming file and line
 */
export async function readResults(folder: string): Promise<ReadonlyMap<string, MarketResult>> {
  const results = new Map<string, MarketResult>()
  for await (const line of jsonLinesOf(path.join(folder, FILE))) {
    if (!leagueOf(read(ofMarket, line).ticker)) continue
    const { ticker, result, close_time: closedMs } = read(lineSchema, line)
    if (results.has(ticker)) damaged(line.place, `${ticker} has a result already`)
    results.set(ticker, { yesPays: PAYS[result], closedMs })
  }
  return results
}

/** The market of a game that asks for no winner. */
const TIE = '-TIE'

/**
 * With what follows from ties: where that of a game has paid, no side of it has won, by the rules of every series that has one. Who won a game that was
 * none does not follow from it.
 */
export function withTies(results: ReadonlyMap<string, MarketResult>, markets: ReadonlySet<string>): ReadonlyMap<string, MarketResult> {
  const implied = [...markets].flatMap((ticker): readonly (readonly [string, MarketResult])[] => {
    const tie = results.get(`${eventOf(ticker)}${TIE}`)
    return tie === undefined || tie.yesPays !== PAYS.yes || results.has(ticker) ? [] : [[ticker, { ...tie, yesPays: PAYS.no }]]
  })
  return new Map([...results, ...implied])
}
