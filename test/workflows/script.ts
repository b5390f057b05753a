import { Context } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { parseOrderId } from '../../src/core/ids'
import type { OrderIntent } from '../../src/core/trade/order'
import { inTurn } from '../../src/core/trade/steps'
import type { Done, LegOutcome, Rejected, RejectReason } from '../../src/core/trade/outcome'
import type { CureChoice, CureOption, Estate, Reservation, SaleChoice, TradeResult, Unpaired } from '../../src/core/trade/plan'
import { money, quantity, type Money, type Quantity } from '../../src/core/units'
import { NO_SUCH_TRADE, type TradeActivities } from '../../src/workflows/messages'
import { cureOrder, otherVenue } from '../saga/plan'

/** What the outside of one trade does, by the slot of the order ("a1", "b2", "c3"). What is not scripted fills whole. */
export interface Script {
  readonly reserve?: () => Reservation | Promise<Reservation>
  readonly place?: Readonly<Record<string, (order: OrderIntent) => LegOutcome | Promise<LegOutcome>>>
  readonly resolve?: Readonly<Record<string, () => Done | Rejected | Promise<Done | Rejected>>>
  /** Finals that differ from the answer; of several the next one each time it is asked, the last one for ever. */
  readonly finals?: Readonly<Record<string, Quantity | readonly Quantity[]>>
  readonly cure?: (unpaired: Unpaired, budgetLeft: Money, asked: number) => CureOption | Promise<CureOption>
  readonly sale?: (held: Unpaired) => SaleChoice
  /** What a successor finds. */
  readonly estate?: () => Estate | Promise<Estate>
  /** What happened, in order. */
  readonly happened: string[]
}

export const script = (parts: Omit<Script, 'happened'> = {}): Script => ({ ...parts, happened: [] })

export const done = (of: string): Done => ({ kind: 'done', filled: quantity(of) })
export const rejected = (reason: RejectReason): Rejected => ({ kind: 'rejected', reason, detail: 'as scripted' })
export const LOST: LegOutcome = { kind: 'unknown', cause: 'timeout' }
export const WAIT: CureOption = { way: 'wait', state: 'waiting-for-venue', loss: money(0) }
export const HOLD: CureOption = { way: 'hold', loss: money('4.37') }
export const completing = (unpaired: Unpaired): CureOption => ({
  way: 'complete',
  order: cureOrder(unpaired, otherVenue(unpaired.venue)),
  loss: money('0.20'),
})
export const selling = (unpaired: Unpaired): CureOption => ({ way: 'sell', order: cureOrder(unpaired, 'kalshi'), loss: money('0.44') })
export const netting = (unpaired: Unpaired): CureOption => ({ way: 'net', order: cureOrder(unpaired, 'forecastex'), loss: money('1.30') })
/** An edge sells what it holds, or some of it. */
export const sale =
  (of?: string) =>
  (held: Unpaired): SaleChoice => ({
    ...{ kind: 'sell', netBid: money('0.63') },
    order: { ...cureOrder(held, 'kalshi'), ...(of !== undefined && { quantity: quantity(of) }) },
  })
export const refusal = (check: string, actual: string): Reservation => ({
  kind: 'refused',
  verdicts: [
    { check: 'open trades', passed: true, actual: '1', limit: '≤ 1' },
    { check, passed: false, actual, limit: '≥ 5000 ms' },
  ],
})
/** No answer, ever: only the end of the worker ends it. */
export const silence = (): Promise<never> => Context.current().cancelled
export const ledgerUnreachable = (): never => {
  throw ApplicationFailure.create({ message: 'connection refused', type: 'LedgerUnreachable' })
}

/** With time skipped a trade that waits for ever keeps worker and server busy for ever: past this it is held, and its test fails. */
const CURES_MAX = 200

const slotOf = ({ clientOrderId }: OrderIntent): string => {
  const { leg, n } = parseOrderId(clientOrderId)
  return `${leg}${n}`
}

/** The state of a script outlives one activity: answers, and how often cures were asked for. */
const filledBy = new WeakMap<Script, Map<string, Quantity>>()

/** The activities of a trade, as its script says. */
export function scripted(of: Script): TradeActivities {
  const filled = filledBy.get(of) ?? new Map<string, Quantity>()
  filledBy.set(of, filled)
  const heard = <T extends LegOutcome>(order: OrderIntent, outcome: T): T => {
    if (outcome.kind === 'done') filled.set(order.clientOrderId, outcome.filled)
    return outcome
  }
  return {
    async checkRiskAndReserve() {
      of.happened.push('reserve')
      return (await of.reserve?.()) ?? { kind: 'granted', verdicts: [{ check: 'open trades', passed: true, actual: '1', limit: '≤ 1' }] }
    },
    async place(order) {
      of.happened.push(`place ${slotOf(order)} ${order.quantity}`)
      const answer = await of.place?.[slotOf(order)]?.(order)
      return heard<LegOutcome>(order, answer ?? { kind: 'done', filled: order.quantity })
    },
    async resolve(order) {
      of.happened.push(`resolve ${slotOf(order)}`)
      return heard<Done | Rejected>(order, (await of.resolve?.[slotOf(order)]?.()) ?? { kind: 'done', filled: order.quantity })
    },
    finish(order, verdict) {
      of.happened.push(`finish ${slotOf(order)}${verdict ? ' by verdict' : ''}`)
      if (verdict) return Promise.resolve(verdict.outcome.kind === 'done' ? verdict.outcome.filled : quantity(0))
      const told = [of.finals?.[slotOf(order)] ?? []].flat()
      const asked = of.happened.filter((what) => what === `finish ${slotOf(order)}`).length
      return Promise.resolve(told[Math.min(asked, told.length) - 1] ?? filled.get(order.clientOrderId) ?? quantity(0))
    },
    finishAll(all) {
      return inTurn((order, verdict) => this.finish(order, verdict))(all)
    },
    async takeOver(tradeId) {
      of.happened.push('take over')
      const estate = await of.estate?.()
      if (!estate) throw ApplicationFailure.nonRetryable(`trade ${tradeId} is not in the ledger`, NO_SUCH_TRADE)
      return estate
    },
    async chooseCure(unpaired, budgetLeft): Promise<CureChoice> {
      const asked = of.happened.filter((what) => what.startsWith('cure')).length + 1
      of.happened.push(`cure ${unpaired.quantity}`)
      const chosen = asked > CURES_MAX ? HOLD : ((await of.cure?.(unpaired, budgetLeft, asked)) ?? completing(unpaired))
      return { chosen, over: [HOLD].filter(({ way }) => way !== chosen.way), budgetLeft }
    },
    chooseSale(held) {
      of.happened.push(`sale ${held.quantity}`)
      return Promise.resolve(of.sale?.(held) ?? { kind: 'hold', reason: 'worth more than is bid' })
    },
    close({ label }: TradeResult) {
      of.happened.push(`close ${label}`)
      return Promise.resolve({ realisedPnl: money('0.62'), maxRemainingLoss: money(0) })
    },
  }
}
