import { CLOSING_WITHIN_MS, claimsOf, type RecordedLine, type Signal, type SignalBook } from '../../core/edge/claims/claims'
import type { EdgeSettings } from '../../core/edge/profile'
import { tradeId } from '../../core/ids'
import { groupBy } from '../../core/report/quantiles'
import type { Recorded } from '../../core/report/record'
import type { Span } from '../../core/report/span'
import type { Claim } from '../../core/stats/calibration'
import type { Mode } from '../../core/trade/plan'
import { millis, money, price, quantity } from '../../core/units'
import { readBought, readYesPaid } from '../../stores/postgres/calibration/ends'
import type { Database } from '../../stores/postgres/pool'
import { inSnapshot } from '../../stores/postgres/reports/snapshot'
import { literal, MICROS_PER_MS, whole, within, type AskRecord, type Cells } from '../reports/record'

export interface ClaimSources {
  readonly database: Database
  readonly ask: AskRecord
  readonly settings: EdgeSettings
  /** Claims of another mode were made of other markets, or of simulated ones. */
  readonly mode: Mode
  /** Whether what each book thought is read as well: a row for each book of each signal. */
  readonly withBooks: boolean
}

/** Every claim of a span with what became of it until now. @throws LedgerUnreachable */
export async function readClaims(sources: ClaimSources, span: Span): Promise<Recorded<readonly Claim[]>> {
  const { database, ask, settings, mode, withBooks } = sources
  const own = `${within(span)} AND mode = ${literal(mode)}`
  const signals = await ask(`${SIGNALS} WHERE ${own} ORDER BY ts, ticker`, signalOf)
  if ('unknown' in signals) return signals
  const books = withBooks ? await ask(`${BOOKS} WHERE ${within(span)} ORDER BY ts, ticker, book`, bookOf) : { known: [] }
  if ('unknown' in books) return books
  const lines = await closingLines(ask, signals.known)
  if ('unknown' in lines) return lines
  const [bought, yesPaid] = await inSnapshot(database, async (snapshot) => [
    await readBought(
      snapshot,
      signals.known.flatMap((each) => each.tradeId ?? []),
    ),
    await readYesPaid(snapshot, [...new Set(signals.known.map(({ ticker }) => ticker))]),
  ])
  return { known: claimsOf(signals.known, { books: books.known, bought, yesPaid, lines: lines.known }, settings) }
}

/** Games that start together are asked about together: a question each would be thousands. */
async function closingLines(ask: AskRecord, signals: readonly Signal[]): Promise<Recorded<readonly RecordedLine[]>> {
  const lines: RecordedLine[] = []
  for (const own of groupBy(signals, ({ startMs }) => String(startMs)).values()) {
    const [first] = own
    if (first === undefined) continue
    const span = { fromMs: millis(first.startMs - CLOSING_WITHIN_MS), toMs: first.startMs }
    const events = [...new Set(own.map(({ oddsEvent }) => literal(oddsEvent)))]
    const told = await ask(
      `${LINES} WHERE market_type = 'h2h' AND event_id IN (${events.join(', ')}) AND ${within(span)} LATEST ON ts PARTITION BY event_id, book, outcome`,
      lineOf,
    )
    if ('unknown' in told) return told
    lines.push(...told.known)
  }
  return { known: lines }
}

const atMs = (column: string): string => `cast(${column} AS LONG) / ${MICROS_PER_MS}`
const SIGNALS = `SELECT ${atMs('ts')}, id, ticker, event, odds_event, sport, yes_team, tie_pays, ${atMs('starts')}, side, profile, method, tier, probability, ask, quantity, cost, net_edge, trade_id FROM signals`
const BOOKS = `SELECT ${atMs('ts')}, ticker, side, book, probability FROM signal_books`
const LINES = `SELECT ${atMs('ts')}, event_id, book, outcome, odds_decimal, odds_american, ${atMs('last_update')} FROM sportsbook_odds`

const text = (value: Cells[number] | undefined): string => String(value)
const sideOf = (value: Cells[number] | undefined): Signal['side'] => (value === 'yes' ? 'yes' : 'no')

function signalOf(row: Cells): Signal {
  const [at, id, ticker, event, oddsEvent, sport, yesTeam, tiePays, starts, side, profile, method, tier, ...figures] = row
  const [probability, ask, contracts, cost, netEdge, trade] = figures
  return {
    ...{ id: text(id), atMs: millis(Number(at)), ticker: text(ticker), event: text(event), oddsEvent: text(oddsEvent) },
    ...{ sport: text(sport), yesTeam: text(yesTeam), tiePays: whole(tiePays), startMs: millis(Number(starts)), side: sideOf(side) },
    ...{ profile: text(profile), method: text(method), tier: text(tier), probability: Number(probability) },
    ...{ ask: price(Number(ask)), quantity: quantity(Number(contracts)), cost: money(Number(cost)), netEdge: money(Number(netEdge)) },
    tradeId: trade === null ? null : tradeId(text(trade)),
  }
}

const bookOf = ([at, ticker, side, book, probability]: Cells): SignalBook => ({
  ...{ atMs: millis(Number(at)), ticker: text(ticker), side: sideOf(side), book: text(book), probability: Number(probability) },
})

function lineOf([at, oddsEvent, book, outcome, odds, american, updated]: Cells): RecordedLine {
  const updatedMs = whole(updated)
  return {
    ...{ fetchedMs: millis(Number(at)), oddsEvent: text(oddsEvent), book: text(book), outcome: text(outcome) },
    ...{ oddsDecimal: Number(odds), american: whole(american), updatedMs: updatedMs === null ? null : millis(updatedMs) },
  }
}
