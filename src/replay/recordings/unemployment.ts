import type { Frame } from '../../core/market/event'
import type { PaperSettlement } from '../../core/report/backtest/result'
import { millis, money, type Millis } from '../../core/units'
import { lastOfItsMoment, playPrints } from './quotes-of-prints'
import type { Recording, RecordingOptions } from './recording'
import { readPairs, readPrints, type Print, type UnemploymentPair } from './unemployment-files'

/** As long as a quote that nobody has touched counts (execution.md §7). */
const QUOTE_LIFE_MS = 60_000
const DAY_MS = 86_400_000
const DOLLAR = money('1')
const NOTHING = money(0)

/**
 * Eight months of US unemployment at both venues: every recorded trade of the contracts that both listed, as quotes.
 * @param folder that holds the recorded market data
 * @throws RangeError naming the file, and the line where one is damaged
 */
export async function readUnemployment(folder: string, options: RecordingOptions): Promise<Recording> {
  const { limits, quoteLifeMs = QUOTE_LIFE_MS } = options
  if (!Number.isSafeInteger(quoteLifeMs) || quoteLifeMs <= 0)
    throw new RangeError(`a quote cannot live ${quoteLifeMs} ms: name a whole number above zero`)
  const pairs = await readPairs(folder)
  const all = await readPrints(folder, pairs)
  const startMs = startOf(all)
  const prints = all.filter(({ atMs }) => atMs >= startMs)
  return {
    name: 'unemployment',
    async *frames(): AsyncGenerator<Frame, void, undefined> {
      yield* playPrints({ pairs, prints, startMs, limits, quoteLifeMs })
    },
    settlements: pairs.flatMap(settled).toSorted((a, b) => a.atMs - b.atMs),
    caveats: caveatsOf(quoteLifeMs, all.length - prints.length, prints.length - lastOfItsMoment(prints).size),
  }
}

/** The midnight (UTC) before both venues' trades are recorded: before that there is only one side. */
function startOf(prints: readonly Print[]): Millis {
  const firsts = (['kalshi', 'forecastex'] as const).map((venue) => prints.find((print) => print.venue === venue)?.atMs)
  const [kalshi, forecastex] = firsts
  if (kalshi === undefined || forecastex === undefined) throw new RangeError('the recorded trades tell nothing of one of the two venues')
  const firstMs = Math.max(kalshi, forecastex)
  return millis(firstMs - (firstMs % DAY_MS))
}

const settled = ({ kalshi, forecastex, yesWon }: UnemploymentPair): readonly PaperSettlement[] =>
  [['kalshi', kalshi] as const, ['forecastex', forecastex] as const].map(([venue, { market, payoutMs }]) => ({
    ...{ venue, market, atMs: payoutMs },
    yesPays: yesWon ? DOLLAR : NOTHING,
  }))

const caveatsOf = (lifeMs: number, before: number, atOnce: number): readonly string[] => [
  'Prints are not quotes: nobody recorded the books, and what was on offer between two trades is not known.',
  `Each trade is taken for a quote of its own size for ${lifeMs} ms or until the next one: at Kalshi a cent on either side, at ForecastEx both outcomes at the prices they were matched at.`,
  'These gaps were seen and partly taken by somebody at the time: a trade that closed one is counted here as an offer to us.',
  'A quote is one level; real books are deeper and thinner in ways that decide how much of a box fills.',
  'Kalshi charges by the fee rule of today; ForecastEx by that of the day, when its cent was inside the price.',
  'Kalshi’s results were not recorded: they are taken to be those that ForecastEx settled by, and both to be paid two hours after the release.',
  ...(before > 0 ? [`${before} trades at Kalshi before ForecastEx’s first are left out.`] : []),
  ...(atOnce > 0 ? [`${atOnce} trades left no quote: another of the same market came in the same millisecond.`] : []),
]
