import { marketId } from '../../../core/ids'
import type { PaperSettlement } from '../../../core/report/backtest/result'
import type { Recording, RecordingOptions } from '../recording'
import { caveatsOf } from './caveats'
import { censusOf } from './census'
import { readMarketTexts } from './market-texts'
import { momentsOf } from './moments'
import { playSports } from './play'
import { readResults, withTies } from './results'

/**
 * The odds were fetched each 15 minutes: a book that is believed for as long meets the next fetch, which is younger than the book and can be judged by,
 * and none after that.
 */
export const QUOTE_LIFE_MS = 15 * 60_000

/**
 * Kalshi's winner markets of two weeks of July 2026 as they were captured, and the odds of the sportsbooks for the same games.
 * @param folder that holds the recorded market data
 * @throws RangeError naming the file, and the line where one is damaged
 */
export async function readSports(folder: string, { limits, quoteLifeMs = QUOTE_LIFE_MS }: RecordingOptions): Promise<Recording> {
  if (!Number.isSafeInteger(quoteLifeMs) || quoteLifeMs <= 0)
    throw new RangeError(`a quote cannot live ${quoteLifeMs} ms: name a whole number above zero`)
  const [texts, results] = [await readMarketTexts(folder), await readResults(folder)]
  const census = await censusOf(folder, quoteLifeMs)
  const settlements = [...withTies(results, census.markets)]
    .filter(([ticker]) => census.markets.has(ticker))
    .map(([ticker, { yesPays, closedMs }]): PaperSettlement => ({ venue: 'kalshi', market: marketId(ticker), yesPays, atMs: closedMs }))
    .toSorted((one, other) => one.atMs - other.atMs)
  return {
    name: 'sports',
    frames: () => playSports({ moments: momentsOf(folder), limits, texts, results, quoteLifeMs }),
    settlements,
    caveats: caveatsOf(census, {
      quoteLifeMs,
      decided: settlements.length,
      described: [...texts.keys()].filter((ticker) => census.markets.has(ticker)).length,
    }),
  }
}
