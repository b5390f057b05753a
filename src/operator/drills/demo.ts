import { mintTradeId, orderId, type MarketId, type Outcome } from '../../core/ids'
import { CANARY_PRICE, CANARY_QUANTITY, type Canary } from '../../core/risk/drill'
import type { LegOutcome } from '../../core/trade/outcome'
import { formatMoney, formatPrice, formatQuantity, millis, money, notional, type Money, type Quantity } from '../../core/units'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import type { Finding } from '../health/doctor'

/** A byte of the order that has not left by then does not leave: the book it was held against is not believed longer (execution.md §7). */
const ORDER_LIFE_MS = 2_000
/** One request and its answer. */
const ANSWER_LIMIT_MS = 6_000
/** Kalshi's lists lag a write by up to 1.5 s, its demo venue by more. */
const LISTED_LIMIT_MS = 10_000
const LOOK_EVERY_MS = 250

/** An order as the venue lists it. */
export interface DemoOrder {
  readonly venueOrderId: string
  readonly isResting: boolean
  readonly filled: Quantity
}
/** Kalshi's demo venue, as far as one order needs it. */
export interface DemoVenue {
  /** Key, clock, permissions, answers. Reads only. */
  inspect(signal: AbortSignal): Promise<readonly Finding[]>
  /** Free cash. */
  cash(signal: AbortSignal): Promise<Money>
  /** An open market where a bid of a cent meets nobody, or a sentence why there is none. */
  place(signal: AbortSignal): Promise<{ readonly market: MarketId; readonly outcome: Outcome } | string>
  /** Post-only; it ends by itself some minutes later. */
  rest(canary: Canary, signal: AbortSignal): Promise<LegOutcome | 'resting'>
  /** By our own id; null: the venue does not list it. */
  listed(canary: Canary, signal: AbortSignal): Promise<DemoOrder | null>
  cancel(canary: Canary, order: DemoOrder, signal: AbortSignal): Promise<void>
}

/**
 * Whether an account at the demo venue can do what Crossbook does with one: its checks, its cash, one order that rests and is cancelled, and that nothing of
 * it is left. A row for each step; the first that fails is the last, but an order that may rest is always cancelled.
 * @throws the signal's reason; what the venue throws before an order was sent
 */
export async function validateDemo(venue: DemoVenue, clock: Clock, random32: number, signal: AbortSignal): Promise<readonly Finding[]> {
  const checks = await venue.inspect(signal)
  const blocked = checks.find(({ verdict }) => verdict === 'failed')
  if (blocked) return [...checks, row('order', 'failed', `not sent: ${blocked.check} failed`, 'see that row')]
  const cash = await venue.cash(signal)
  const balance = balanceRow(cash)
  if (balance.verdict === 'failed') return [...checks, balance]
  const place = await venue.place(signal)
  if (typeof place === 'string')
    return [...checks, balance, row('order', 'failed', `not sent: ${place}`, 'name a series with open markets under kalshi.series')]
  const clientOrderId = orderId(mintTradeId(clock.nowMs(), random32), 'a', 1)
  const notAfterMs = millis(clock.nowMs() + ORDER_LIFE_MS)
  const canary: Canary = { clientOrderId, venue: 'kalshi', ...place, limit: CANARY_PRICE, quantity: CANARY_QUANTITY, notAfterMs }
  return [...checks, balance, ...(await oneOrder(venue, canary, cash, clock, signal))]
}

const row = (check: string, verdict: Finding['verdict'], detail: string, remedy = ''): Finding => ({ check, verdict, detail, remedy })

/** What the order could cost. */
const NEEDED = money(notional(CANARY_PRICE, CANARY_QUANTITY))
const balanceRow = (cash: Money): Finding =>
  cash >= NEEDED
    ? row('balance', 'ok', `$${formatMoney(cash)} of mock funds`)
    : row('balance', 'failed', `$${formatMoney(cash)}, and the order needs $${formatMoney(NEEDED)}`, 'add mock funds on demo.kalshi.co')

interface Sent {
  readonly venue: DemoVenue
  readonly canary: Canary
  readonly clock: Clock
  readonly sentMs: number
}

/** Places, finds, cancels, and looks at what is left. Once it was sent nothing is thrown: it may rest, and that is told. */
async function oneOrder(venue: DemoVenue, canary: Canary, before: Money, clock: Clock, signal: AbortSignal): Promise<readonly Finding[]> {
  const { market, outcome, limit, quantity, clientOrderId } = canary
  const what = `${formatQuantity(quantity)} ${outcome} of ${market} at $${formatPrice(limit)}`
  const sent: Sent = { venue, canary, clock, sentMs: clock.nowMs() }
  const answer = await withLimit([signal], ANSWER_LIMIT_MS, (limited) => venue.rest(canary, limited))
  if (answer !== 'resting' && answer.kind === 'rejected')
    return [row('order', 'failed', `${what} was refused: ${answer.reason} ${answer.detail}`, 'its word is in docs/venues/kalshi.md')]
  if (answer !== 'resting' && answer.kind === 'done') return [row('order', 'failed', `${what} did not rest`, 'try again: the book moved')]
  const { last: listed, error } = await look(
    sent,
    (limited) => venue.listed(canary, limited),
    (order) => order !== null,
  )
  if (!listed) {
    const detail = `${what} was sent as ${clientOrderId} and is not found (${error ?? 'not listed'}): it is not known whether it rests`
    return [row('order', 'failed', detail, BY_HAND)]
  }
  const placed = row('order', 'ok', `${what} rests, listed ${clock.nowMs() - sent.sentMs} ms after it was sent`)
  return [placed, ...(await takeBack({ ...sent, sentMs: clock.nowMs() }, listed, before))]
}
const BY_HAND = 'look on demo.kalshi.co, and cancel it there; it ends by itself after ten minutes'

async function takeBack(sent: Sent, order: DemoOrder, before: Money): Promise<readonly Finding[]> {
  const { venue, canary, clock, sentMs } = sent
  // whatever the cancel was answered: the list decides
  const refused = await told(() => withLimit([], ANSWER_LIMIT_MS, (limited) => venue.cancel(canary, order, limited)))
  const isOver = (found: DemoOrder | null): boolean => found !== null && !found.isResting
  const { last: ended, error } = await look(sent, (limited) => venue.listed(canary, limited), isOver)
  if (!ended || ended.isResting) {
    const why = refused ?? error
    return [row('cancel', 'failed', `order ${order.venueOrderId} may still rest${why === null ? '' : ` (${why})`}`, BY_HAND)]
  }
  const cancelled = row('cancel', 'ok', `over ${clock.nowMs() - sentMs} ms after the cancel was sent`)
  if (ended.filled > 0)
    return [
      cancelled,
      row('left', 'failed', `${formatQuantity(ended.filled)} were filled before the cancel`, 'sell them on demo.kalshi.co'),
    ]
  const { last: after } = await look(
    sent,
    (limited) => venue.cash(limited),
    (cash) => cash === before,
  )
  if (after === before) return [cancelled, row('left', 'ok', 'nothing was filled, and the cash is what it was')]
  const now = after === null ? 'the cash is not told' : `the cash is $${formatMoney(after)}, not $${formatMoney(before)}`
  return [cancelled, row('left', 'warning', `nothing was filled, and ${now}`, 'does somebody else trade this account?')]
}

/**
 * Asks until the answer is the one waited for, or for as long as the venue's lists may lag: what it throws meanwhile is asked again.
 * @returns the last answer, null: there was none; and why the last question had none, null: it had
 */
async function look<T>(
  { clock }: Sent,
  ask: (signal: AbortSignal) => Promise<T>,
  isIt: (answer: T) => boolean,
): Promise<{ readonly last: T | null; readonly error: string | null }> {
  const untilMs = clock.nowMs() + LISTED_LIMIT_MS
  let last: T | null = null
  for (;;) {
    const error = await told(async () => void (last = await withLimit([], ANSWER_LIMIT_MS, ask)))
    if ((last !== null && isIt(last)) || clock.nowMs() >= untilMs) return { last, error }
    await withLimit([], ANSWER_LIMIT_MS, (limited) => clock.sleep(LOOK_EVERY_MS, limited))
  }
}

/** What it threw, in words; null: nothing. */
async function told(work: () => Promise<void>): Promise<string | null> {
  try {
    await work()
    return null
  } catch (error) {
    return (error as Error).message
  }
}
