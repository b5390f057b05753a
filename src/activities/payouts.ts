import { FAILURES } from '../core/failures'
import type { MarketId, Outcome } from '../core/ids'
import type { AccrualFall } from '../core/ledger/coupon'
import { explain, type Explanation } from '../core/ledger/explain'
import { isScalar, payoutOf } from '../core/ledger/settlement'
import { AMENDABLE_MS } from '../core/market/event'
import { formatMoney, millis, money, NO_MONEY, type Millis, type Money, type Quantity } from '../core/units'
import type { Statement } from '../ports/account'
import type { SettledMarket } from '../workflows/messages'
import { isOutage } from './alarm'
import { centralTime, isOverdue, paidBy } from './rule-603'
import type { OpenPair, SettlementDependencies } from './settlement'

/** With nothing decided, the account is read this often: so exactly is known since when a position is gone, or a coupon paid. */
const LOOK_EVERY_MS = 60_000
const ONE_DOLLAR_MICROS = 1_000_000

/** What one YES contract of a Kalshi market pays; null: not settled, or open again. */
type ResultOf = (market: MarketId) => Promise<Money | null>
interface Report {
  readonly settled: readonly SettledMarket[]
  readonly waiting: readonly string[]
}
interface Lot {
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
}

/** Something that has moved the cash by `amount`, if it has happened. */
interface Payout {
  readonly kind: 'payout' | 'amendment'
  readonly amount: Money
  readonly market: MarketId
  readonly yesPays: Money
  readonly goneMs: Millis
  /** Set where Kalshi has voided the question, and it is not known how ForecastEx decides it: at most one of these was paid. */
  readonly question?: MarketId
}
interface Coupon {
  readonly kind: 'coupon'
  readonly amount: Money
  readonly fall: AccrualFall
}
/** What a winner pays that is gone and that Kalshi has not settled: never posted, but the cash may be its. */
interface Undecided {
  readonly kind: 'undecided'
  readonly amount: Money
  readonly market: MarketId
}
type Known = Payout | Coupon
type Cause = Known | Undecided

/** What a look at the account shows. `supposed`: by market with open lots what YES pays if ForecastEx decides as Kalshi; null: not decided. */
interface Look {
  readonly statement: Statement
  /** The venue's cash less the ledger's. */
  readonly difference: Money
  readonly lots: readonly Lot[]
  readonly supposed: ReadonlyMap<MarketId, Money | null>
  readonly gone: ReadonlyMap<MarketId, Millis>
  readonly falls: readonly AccrualFall[]
}

/**
 * ForecastEx as IBKR's API shows it (docs/decisions/settlement-at-forecastex.md): positions vanish, owed interest falls, cash moves, and nothing says
 * which belongs to which. Each is *supposed* from what is known otherwise and *proven* by cash: what is posted is the only set of causes that makes
 * up the whole difference to the ledger. Settlement of one leg is never counted as cash for the other (execution.md §8).
 */
export class ForecastexPayouts {
  readonly #dependencies: SettlementDependencies
  /** The last look at the account, and what it left waiting. */
  #last: { readonly atMs: Millis; readonly waiting: readonly string[] } | null = null

  constructor(dependencies: SettlementDependencies) {
    this.#dependencies = dependencies
  }

  async settle(pairs: readonly OpenPair[], resultOf: ResultOf, signal: AbortSignal): Promise<Report> {
    const { lots: openLots, ledger, clock } = this.#dependencies
    const lots = (await openLots()).filter(({ venue }) => venue === 'forecastex')
    const supposed = await supposedResults(pairs, lots, resultOf)
    const isDecided = [...supposed.values()].some((yesPays) => yesPays !== null)
    if (!isDecided && this.#last !== null && clock.nowMs() - this.#last.atMs < LOOK_EVERY_MS)
      return { settled: [], waiting: this.#last.waiting }
    const before = await ledger()
    const statement = await this.#read(signal)
    if (typeof statement === 'string') return { settled: [], waiting: [statement] }
    const noted = await this.#note(statement, signal)
    const after = await ledger()
    const isMoving = before.openTrades + after.openTrades > 0 || before.forecastexCash !== after.forecastexCash
    const look = { statement, difference: money(statement.cash - after.forecastexCash), lots, supposed, ...noted }
    const report = isMoving ? { settled: [], waiting: isDecided ? [MOVING] : [] } : await this.#prove(look, resultOf, signal)
    this.#last = { atMs: clock.nowMs(), waiting: report.waiting }
    return report
  }

  /** A venue that cannot be read now is a reason to wait: its resets come every night. */
  async #read(signal: AbortSignal): Promise<Statement | string> {
    const { forecastex, clock } = this.#dependencies
    try {
      return await forecastex.account.statement(clock.nowMs(), signal)
    } catch (error) {
      if (signal.aborted || !isOutage(error)) throw error
      return `ForecastEx cannot be read now: ${(error as Error).message}`
    }
  }

  async #note(statement: Statement, signal: AbortSignal): Promise<Pick<Look, 'gone' | 'falls'>> {
    const { note, suspendNettingFee, log } = this.#dependencies
    const { gone, falls } = await note(statement, signal)
    for (const execution of statement.strange ?? []) {
      const { isNetting, executionId, order, fee } = execution
      if (isNetting && fee !== null && fee !== 0 && (await suspendNettingFee(execution, signal)))
        log.error({ clientOrderId: order, execution: executionId, expected: 0, told: fee, netting: true }, FAILURES.feeDiffers)
    }
    return { gone: new Map(gone.map(({ market, goneMs }) => [market, goneMs])), falls }
  }

  async #prove(look: Look, resultOf: ResultOf, signal: AbortSignal): Promise<Report> {
    const { payouts, undecided, waiting } = payoutsOf(look)
    const { amendments, turns } = await this.#amendments(resultOf)
    const coupons = look.falls.map((fall): Coupon => ({ kind: 'coupon', amount: fall.amount, fall }))
    const due: readonly Payout[] = [...payouts, ...amendments]
    const explanation = explain<Cause>(look.difference, [...due, ...coupons, ...undecided])
    if (explanation.kind !== 'explained' || !explanation.by.every(isKnown)) {
      const open = [...waiting, ...unexplained(look, explanation, [...due, ...coupons], turns)]
      if (due.length > 0) this.#dependencies.log.warn({ waiting: open }, 'ForecastEx cash does not prove the supposed settlement')
      return { settled: [], waiting: open }
    }
    const answered = new Set(due.flatMap((cause) => (explanation.by.includes(cause) ? (cause.question ?? []) : [])))
    const open = due.filter(
      (cause) => !explanation.by.includes(cause) && !(cause.question && answered.has(cause.question)) && !mayStand(cause),
    )
    const unseen = due.filter((cause) => isSeenOnce(cause, look))
    const posted: Report[] = []
    const proven = explanation.by.filter(isKnown).filter((each) => !unseen.some((other) => other === each))
    // what comes in first: what is taken back may be paid from it
    for (const cause of proven.toSorted((a, b) => b.amount - a.amount)) posted.push(await this.#post(cause, signal))
    return {
      settled: posted.flatMap(({ settled }) => settled),
      waiting: [
        ...waiting,
        ...unseen.map(
          ({ market }) => `ForecastEx no longer holds ${market}, which pays nothing: posted as lost when another look shows the same`,
        ),
        ...open.map((cause) => notPaid(cause, this.#dependencies.clock.nowMs())),
        ...posted.flatMap((each) => each.waiting),
      ],
    }
  }

  /**
   * Results that Kalshi has changed since ForecastEx paid by the old one: ForecastEx may have changed them too. `turns`: what the opposite result would
   * move in markets where both still agree.
   */
  async #amendments(resultOf: ResultOf): Promise<{ readonly amendments: readonly Payout[]; readonly turns: ReadonlyMap<MarketId, Money> }> {
    const { paidSince, clock } = this.#dependencies
    const amendments: Payout[] = []
    const turns = new Map<MarketId, Money>()
    const nowMs = clock.nowMs()
    for (const { market, kalshiMarket, polarity, lots } of await paidSince(millis(nowMs - AMENDABLE_MS))) {
      const result = await resultOf(kalshiMarket)
      if (result === null) continue
      const yesPays = turnedAs(polarity, result)
      const moves = (pays: Money): Money =>
        money(lots.reduce((sum, { outcome, quantity, paid }) => sum + payoutOf(outcome, quantity, pays) - paid, 0))
      if (moves(yesPays) === 0) turns.set(market, moves(money(ONE_DOLLAR_MICROS - yesPays)))
      else amendments.push({ kind: 'amendment', amount: moves(yesPays), market, yesPays, goneMs: nowMs })
    }
    return { amendments, turns }
  }

  async #post(cause: Known, signal: AbortSignal): Promise<Report> {
    const { settle, amend, payCoupon, clock, log } = this.#dependencies
    const venue = 'forecastex'
    if (cause.kind === 'coupon') {
      const { amount, fall } = cause
      const isBooked = await payCoupon(fall, clock.nowMs(), signal)
      if (!isBooked) return { settled: [], waiting: [`${named(cause)} is more than our positions can earn: a person must say what it is`] }
      log.info({ venue, amount, seenMs: fall.atMs }, 'ForecastEx has paid a coupon')
      return NOTHING
    }
    const { kind, market, yesPays } = cause
    const { lots, paid } = await (kind === 'payout' ? settle : amend)(market, yesPays, clock.nowMs(), signal)
    if (kind === 'amendment')
      log.error({ venue, market, difference: paid, yesPays }, 'ForecastEx has changed a result: reversed and posted anew')
    return { settled: lots > 0 ? [{ venue, market, paid, lots }] : [], waiting: [] }
  }
}

const NOTHING: Report = { settled: [], waiting: [] }
const MOVING = 'a trade is running: the cash of ForecastEx is not at rest'

/** A pair of opposite polarity asks the question the other way round. */
const turnedAs = (polarity: OpenPair['polarity'], result: Money): Money =>
  polarity === 'same' ? result : money(ONE_DOLLAR_MICROS - result)

/** By each market with open lots; pairs may share a market, which pays once. */
async function supposedResults(pairs: readonly OpenPair[], lots: readonly Lot[], resultOf: ResultOf): Promise<Look['supposed']> {
  const supposed = new Map<MarketId, Money | null>()
  for (const { forecastexMarket: market, kalshiMarket, polarity } of pairs) {
    if (!lots.some((lot) => lot.market === market) || (supposed.get(market) ?? null) !== null) continue
    const result = await resultOf(kalshiMarket)
    supposed.set(market, result === null ? null : turnedAs(polarity, result))
  }
  return supposed
}

/** What has left the account without a trade of anybody's and has a result, and why the rest waits. */
function payoutsOf({ statement, lots, supposed, gone }: Look): {
  readonly payouts: readonly Payout[]
  readonly undecided: readonly Undecided[]
  readonly waiting: readonly string[]
} {
  const payouts: Payout[] = []
  const undecided: Undecided[] = []
  const waiting: string[] = []
  for (const [market, yesPays] of supposed) {
    const isHeld = statement.positions.some((position) => position.market === market && position.quantity > 0)
    const goneMs = gone.get(market) ?? statement.asOfMs
    const left = `ForecastEx no longer holds ${market} (gone since ${centralTime(goneMs)} US/Central)`
    const byHand = statement.strange?.find((execution) => execution.market === market && !execution.isNetting)
    if (isHeld) {
      if (yesPays !== null) waiting.push(`ForecastEx still holds ${market}`)
    } else if (byHand)
      waiting.push(`${left} by execution ${byHand.executionId}, which is no order of ours: no settlement, a person must clear it`)
    else if (yesPays === null) {
      waiting.push(`${left}, but Kalshi has not settled the question: nothing is supposed until it has`)
      undecided.push({ kind: 'undecided', market, amount: winningsOf(lots, market) })
    } else payouts.push(...supposedPayouts(lots, market, yesPays, goneMs))
  }
  return { payouts, undecided, waiting }
}

/**
 * As Kalshi decided. What Kalshi has voided at a fair price ForecastEx may have decided like it, or for us; against us moves no cash, and is proven by
 * none: then a person must say so.
 */
function supposedPayouts(lots: readonly Lot[], market: MarketId, yesPays: Money, goneMs: Millis): readonly Payout[] {
  const paying = (each: Money): Payout => ({ kind: 'payout', market, yesPays: each, goneMs, amount: payoutOfLots(lots, market, each) })
  if (!isScalar(yesPays)) return [paying(yesPays)]
  const results = [yesPays, NO_MONEY, money(ONE_DOLLAR_MICROS)].map(paying).filter(({ amount }) => amount > 0)
  return results.map((payout) => ({ ...payout, question: market }))
}

const isKnown = (cause: Cause): cause is Known => cause.kind !== 'undecided'
/** Claims keep all lots of a market in one direction (E7): one of the two results pays them nothing. */
const winningsOf = (lots: readonly Lot[], market: MarketId): Money =>
  money(Math.max(payoutOfLots(lots, market, NO_MONEY), payoutOfLots(lots, market, money(ONE_DOLLAR_MICROS))))

/** No cash proves that a loser is over: its absence alone does, and absence is proven by two looks (E12). */
const isSeenOnce = ({ kind, amount, goneMs }: Payout, { statement }: Look): boolean =>
  kind === 'payout' && amount === 0 && goneMs >= statement.asOfMs

const payoutOfLots = (lots: readonly Lot[], market: MarketId, yesPays: Money): Money =>
  money(lots.filter((lot) => lot.market === market).reduce((sum, { outcome, quantity }) => sum + payoutOf(outcome, quantity, yesPays), 0))

/** ForecastEx need not follow Kalshi in voiding what it has decided itself. */
const mayStand = ({ kind, yesPays }: Payout): boolean => kind === 'amendment' && isScalar(yesPays)

function notPaid({ kind, market, goneMs, amount, question }: Payout, nowMs: Millis): string {
  if (kind === 'amendment') return `Kalshi has changed a result: ForecastEx has paid ${market} by the old one, and its cash has not changed`
  const due = `it pays by ${paidBy(goneMs)} US/Central (Rule 603)`
  return `ForecastEx no longer holds ${market} (gone since ${centralTime(goneMs)} US/Central) and has not paid $${formatMoney(amount)}: ${due}${isOverdue(goneMs, nowMs) ? overdue(question) : ''}`
}
const overdue = (question: MarketId | undefined): string =>
  question === undefined
    ? ', which is overdue'
    : ', which is overdue; Kalshi has voided the question, and if ForecastEx decided it against us, a person must say so'

function unexplained(
  { statement, difference }: Look,
  explanation: Explanation<Cause>,
  causes: readonly Cause[],
  turns: ReadonlyMap<MarketId, Money>,
): readonly string[] {
  const apart = `$${formatMoney(money(Math.abs(difference)))} ${difference < 0 ? 'less' : 'more'}`
  const cash = `cash at ForecastEx is $${formatMoney(statement.cash)}, ${apart} than in the ledger`
  const unseen = statement.ownExecutionsOnly === true ? '; a trade by hand is not told to this client' : ''
  if (explanation.kind === 'ambiguous') {
    const [either, or] = [explanation.either, explanation.or].map((set) => set.map(named).join(' and ') || 'nothing')
    return [`${cash}: it may be ${either}, or ${or}, and nothing is posted until the cash tells which`]
  }
  const [turned] = [...turns].find(([, amount]) => amount === difference) ?? []
  if (turned !== undefined)
    return [`${cash}: as if ForecastEx had changed the result of ${turned}, which Kalshi has not: a person must look${unseen}`]
  return causes.length === 0 ? [] : [`${cash}, which is not explained by ${causes.map(named).join(', ')}${unseen}`]
}

const named = (cause: Cause): string => {
  const amount = `$${formatMoney(cause.amount)}`
  if (cause.kind === 'coupon') return `a coupon of ${amount} (accrued interest fell at ${centralTime(cause.fall.atMs)} US/Central)`
  if (cause.kind === 'undecided') return `${amount} for ${cause.market}, which Kalshi has not settled`
  return cause.kind === 'payout' ? `${amount} for ${cause.market}` : `${amount} for the changed result of ${cause.market}`
}
