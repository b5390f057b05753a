import { FORECASTEX_REGIMES } from '../../src/core/market/fees-forecastex'
import type { Log } from '../../src/ports/log'
import { framesOf } from '../../src/replay/frames'
import { replay, type KalshiBook, type Replayed, type ReplayOptions } from '../../src/replay/replay'
import { POLICY } from '../core/box/fixture'
import { LogBook } from '../stores/doubles'

/** A direct account on simulated venues, today's fees. */
export const OPTIONS: ReplayOptions = {
  mode: 'sim',
  balancePrecision: 'direct',
  policy: POLICY,
  regimes: FORECASTEX_REGIMES,
  sequence: 'check',
  until: null,
  opportunities: true,
}

export const replayed = (files: readonly string[], options: Partial<ReplayOptions> = {}, log: Log = new LogBook()): Promise<Replayed> =>
  replay(framesOf(files, log), { ...OPTIONS, ...options })

/** The Kalshi books of a report by market, ladders only. */
export const ladders = ({ books }: Replayed): ReadonlyMap<string, Pick<KalshiBook, 'yesBids' | 'yesAsks'>> =>
  new Map(books.flatMap((book) => (book.venue === 'kalshi' ? [[book.market, { yesBids: book.yesBids, yesAsks: book.yesAsks }]] : [])))
