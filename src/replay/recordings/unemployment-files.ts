import path from 'node:path'
import { z } from 'zod'
import { marketId, subjectId, type Outcome, type Venue } from '../../core/ids'
import { complement, millis, type Millis, type Price, type Quantity } from '../../core/units'
import { readTable, textOf } from './table'
import { contractsOf, type RecordedPair } from './told-markets'

const TRADES = 'kalshi_trades/unemployment.csv.gz'
const PAIRS = 'forecastex/pairs_UNR.csv.gz'
const MAP = 'cross_venue/unemployment_map.json'
const TRADE_COLUMNS = ['trade_id', 'ticker', 'count', 'created_time', 'yes_price', 'no_price', 'taker_side'] as const
const PAIR_COLUMNS = ['pair_id', 'event_contract', 'expiration_date', 'quantity', 'yes_price', 'no_price', 'pair_time'] as const

/** Kalshi stops before the figure is released; ForecastEx's contracts expire with it. */
const KALSHI_STOPS_BEFORE_MS = 5 * 60_000
/** As ForecastEx's catalogue has it of its contracts; Kalshi's time was not recorded, and is taken to be the same. */
const PAID_AFTER_MS = 2 * 3_600_000
const TICKER = /^(?:KX)?U3-(\d\d[A-Z]{3})-T(\d+\.\d+)$/

/** A question of the map, and how it was decided. */
export interface UnemploymentPair extends RecordedPair {
  /** ForecastEx's own name of it. */
  readonly question: string
  readonly yesWon: boolean
}
/** What was traded at a venue at a moment. */
export type Print = { readonly atMs: Millis; readonly place: string; readonly quantity: Quantity; readonly pair: UnemploymentPair } & (
  | { readonly venue: Extract<Venue, 'kalshi'>; readonly tradeId: string; readonly price: Price; readonly taker: Outcome }
  /** Both outcomes were bought against each other. */
  | { readonly venue: Extract<Venue, 'forecastex'>; readonly yes: Price; readonly no: Price }
)

const entrySchema = z.object({
  kalshi_tickers: z.tuple([z.string().regex(TICKER)]),
  forecastex_contracts: z.tuple([z.string().min(1)]),
  forecastex_expiration: z.iso.datetime({ offset: true }).transform((text) => millis(Date.parse(text))),
  forecastex_settled_yes: z.union([z.literal(0), z.literal(1)]),
})
const mapSchema = z.array(entrySchema).min(1)

/** @throws RangeError naming the file and what is wrong */
export async function readPairs(folder: string): Promise<readonly UnemploymentPair[]> {
  const file = path.join(folder, MAP)
  const text = await textOf(file)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new RangeError(`${file} is not JSON: ${(error as Error).message}`, { cause: error })
  }
  const read = mapSchema.safeParse(document)
  if (read.success) return read.data.map(pairOf)
  const [issue] = read.error.issues
  throw new RangeError(`${file} is damaged: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not readable'}`)
}

function pairOf(entry: z.output<typeof entrySchema>, place: number): UnemploymentPair {
  const { kalshi_tickers: tickers, forecastex_contracts: questions, forecastex_expiration: releaseMs } = entry
  const [[ticker], [question]] = [tickers, questions]
  const [series = '', month = '', strike = ''] = ticker.split('-')
  const payoutMs = millis(releaseMs + PAID_AFTER_MS)
  return {
    id: subjectId(`u3-${month.toLowerCase()}-${strike.slice(1)}`),
    title: `US unemployment rate above ${strike.slice(1)} % (${ticker}, ${question})`,
    question,
    kalshi: {
      ...{ market: marketId(ticker), event: `${series}-${month}`, series, payoutMs },
      closeMs: millis(releaseMs - KALSHI_STOPS_BEFORE_MS),
    },
    forecastex: {
      ...contractsOf(place),
      ...{ event: `UNR ${dayOf(releaseMs)}`, series: 'UNR', closeMs: releaseMs, payoutMs },
    },
    yesWon: entry.forecastex_settled_yes === 1,
  }
}
/** YYYYMMDD, as the gateway tells the last day of trading. */
const dayOf = (ms: Millis): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')

/**
 * The trades of both venues in markets of these pairs, by time, Kalshi's first where both are of one millisecond.
 * @throws RangeError naming file and line
 */
export async function readPrints(folder: string, pairs: readonly UnemploymentPair[]): Promise<readonly Print[]> {
  const both = [await readTrades(path.join(folder, TRADES), pairs), await readMatched(path.join(folder, PAIRS), pairs)]
  for (const prints of both) prints.forEach((print, i) => checkTime(print, prints[i - 1]))
  return both.flat().toSorted((a, b) => a.atMs - b.atMs)
}

async function readTrades(file: string, pairs: readonly UnemploymentPair[]): Promise<readonly Print[]> {
  const byTicker = new Map<string, UnemploymentPair>(pairs.map((pair) => [pair.kalshi.market, pair]))
  return (await readTable(file, TRADE_COLUMNS)).flatMap((row): Print[] => {
    const pair = byTicker.get(row.text('ticker'))
    if (!pair) return []
    const price = row.cents('yes_price')
    if (price !== complement(row.cents('no_price'))) row.fail('no_price', `"${row.text('no_price')}", and not what YES lacks of a dollar`)
    const [atMs, quantity, taker] = [row.time('created_time'), row.contracts('count'), row.oneOf('taker_side', ['yes', 'no'])]
    return [{ venue: 'kalshi', atMs, place: row.place, quantity, pair, tradeId: row.text('trade_id'), price, taker }]
  })
}

async function readMatched(file: string, pairs: readonly UnemploymentPair[]): Promise<readonly Print[]> {
  const byQuestion = new Map(pairs.map((pair) => [pair.question, pair]))
  return (await readTable(file, PAIR_COLUMNS)).flatMap((row): Print[] => {
    const pair = byQuestion.get(row.text('event_contract'))
    if (!pair) return []
    const [atMs, quantity] = [row.time('pair_time'), row.contracts('quantity')]
    return [{ venue: 'forecastex', atMs, place: row.place, quantity, pair, yes: row.dollars('yes_price'), no: row.dollars('no_price') }]
  })
}

/** The collections are in order of time, and nothing trades after its market has closed. */
function checkTime({ atMs, place, venue, pair }: Print, before: Print | undefined): void {
  if (before && atMs < before.atMs) throw new RangeError(`${place} is damaged: it is earlier than the line before it`)
  const { closeMs, market } = pair[venue]
  if (atMs >= closeMs) throw new RangeError(`${place} is damaged: ${market} had closed at ${new Date(closeMs).toISOString()}`)
}
