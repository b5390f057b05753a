import path from 'node:path'
import { millis, quantity, type Millis } from '../../../core/units'
import { readTable } from '../table'
import { bestOf, capturesOf, exactly, sizeAt, uncrossed, type Capture, type CapturedBook } from './captured'
import { leagueOf } from './leagues'

const FILE = 'kalshi_rest/sports_markets_bbo_20260709_10.csv.gz'
const COLUMNS = [
  ...(['captured_at', 'ticker', 'yes_bid_dollars', 'yes_ask_dollars', 'no_bid_dollars', 'no_ask_dollars'] as const),
  ...(['yes_bid_size_fp', 'yes_ask_size_fp', 'last_price_dollars', 'volume_fp', 'open_interest_fp', 'status', 'result'] as const),
] as const
type BestRow = Awaited<ReturnType<typeof readTable<(typeof COLUMNS)[number]>>>[number]
/** "20260709T201742Z". */
const COMPACT_TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

/**
 * The captures that tell the sizes of the best prices and what was traded so far: one day and a night.
 * @throws RangeError naming file and line
 */
export async function readBestQuotes(folder: string): Promise<readonly Capture[]> {
  const rows = await readTable(path.join(folder, FILE), COLUMNS)
  return capturesOf(
    rows.filter((row) => leagueOf(row.text('ticker')) !== undefined).map((row) => ({ atMs: timeOf(row), book: bookOf(row) })),
  )
}

function timeOf(row: BestRow): Millis {
  const text = row.text('captured_at')
  const [year, month, day, hour, minute, second] = COMPACT_TIME.exec(text)?.slice(1) ?? []
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(ms) ? row.fail('captured_at', `"${text}", which is no time like 20260709T201742Z`) : millis(ms)
}

function bookOf(row: BestRow): CapturedBook {
  const { place } = row
  row.oneOf('status', ['active'])
  return uncrossed({
    ...{ place, ticker: row.text('ticker'), title: '', subtitle: '', depth: 'best' },
    bids: bestOf(row.text('yes_bid_dollars'), place, () => sizeAt(row.text('yes_bid_size_fp'), place)),
    asks: bestOf(row.text('yes_ask_dollars'), place, () => sizeAt(row.text('yes_ask_size_fp'), place)),
    volume: exactly(quantity, row.text('volume_fp'), place),
  })
}
