import type { MarketId } from '../../ids'
import {
  complement,
  formatMoney,
  formatQuantity,
  money,
  NO_MONEY,
  notional,
  ONE_DOLLAR,
  quantity,
  type Millis,
  type Money,
  type Price,
} from '../../units'
import type { BreakKind } from '../breaks'
import type { ComparedFill, KnownAccount, KnownFill, ToldAccount, ToldExecution, ToldFill } from './accounts'

/** Something that only one of the two knows, with what it moves at the venue beyond the ledger if it has moved anything. */
export interface Cause {
  readonly kind: BreakKind
  readonly subject: string
  readonly market: MarketId
  readonly contracts: number
  readonly cash: Money
  /** What it moved of cash is not told exactly. */
  readonly isPriceless: boolean
  readonly detail: string
}

const utc = (ms: Millis): string => new Date(ms).toISOString()
const signOf = ({ outcome, action }: Pick<ComparedFill, 'outcome' | 'action'>): 1 | -1 =>
  (outcome === 'yes') === (action === 'buy') ? 1 : -1
/** In 1e-2 YES contracts: a sale of YES is a purchase of NO. */
export const signed = (fill: Pick<ComparedFill, 'outcome' | 'action' | 'quantity'>): number => signOf(fill) * fill.quantity
const boughtAt = ({ action, price }: Pick<ComparedFill, 'action' | 'price'>): Price => (action === 'buy' ? price : complement(price))

/** What was held before an execution, by market: what it buys against that is netted, at a dollar for each pair. */
type Net = Map<MarketId, number>

function bought(net: Net, market: MarketId, contracts: number, price: Price, fee: Money): Money {
  const before = net.get(market) ?? 0
  const netted = Math.sign(before) === -Math.sign(contracts) ? Math.min(Math.abs(before), Math.abs(contracts)) : 0
  net.set(market, before + contracts)
  return money(notional(ONE_DOLLAR, quantity(netted)) - notional(price, quantity(Math.abs(contracts))) - fee)
}

/** Each execution, fill and fee that only one of ledger and venue has, in the order of names. */
export function causesOf(known: KnownAccount, told: ToldAccount, net: Net): readonly Cause[] {
  const booked = new Map(known.fills.map((fill) => [fill.key, fill]))
  const fills = byName(told.fills, ({ key }) => key)
  return [
    ...fills.flatMap((fill) => fillCause(fill, booked.get(fill.key), net) ?? []),
    ...byName(told.strange, ({ executionId }) => executionId).flatMap((execution) => strangeCause(execution, known, net) ?? []),
    ...missing(known, told),
  ]
}

const byName = <T>(items: readonly T[], name: (item: T) => string): readonly T[] =>
  items.toSorted((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0))

function fillCause(fill: ToldFill, booked: KnownFill | undefined, net: Net): Cause | null {
  const { key, market, fee } = fill
  const of = { subject: key, market, isPriceless: fee === null }
  const apart = signed(fill) - (booked ? signOf(fill) * booked.quantity : 0)
  if (apart !== 0) {
    const at = Math.sign(apart) === signOf(fill) ? boughtAt(fill) : complement(boughtAt(fill)) // less than was booked: as if it were sold
    const cash = bought(net, market, apart, at, money((fee ?? 0) - (booked?.fee ?? 0)))
    const detail = booked
      ? `fill ${key}: ledger ${formatQuantity(booked.quantity)}, venue ${formatQuantity(fill.quantity)}`
      : `fill ${key} of ${formatQuantity(fill.quantity)} in ${market} is not in the ledger`
    return { ...of, kind: 'unknown-fill', contracts: apart, cash, detail }
  }
  if (!booked || fee === null || (fee === booked.fee && !booked.isEstimate)) return null
  const detail = booked.isEstimate
    ? `fill ${key}: its fee of $${formatMoney(fee)} is told, the ledger still has the estimate of $${formatMoney(booked.fee)}`
    : `fill ${key}: ledger fee $${formatMoney(booked.fee)}, venue fee $${formatMoney(fee)}`
  return { ...of, kind: 'fee', contracts: 0, cash: money(booked.fee - fee), detail }
}

function strangeCause(execution: ToldExecution, { bookedExecutions }: KnownAccount, net: Net): Cause | null {
  const { executionId, market, outcome, quantity: held, isNetting, fee, price, atMs } = execution
  const of = { subject: executionId, market }
  if (isNetting) {
    if (fee === null || fee === 0) return null
    const cash = bookedExecutions.has(executionId) ? NO_MONEY : money(0 - fee)
    const detail = `netting ${executionId} in ${market} was charged $${formatMoney(fee)}: nettings are free`
    return { ...of, kind: 'fee', contracts: 0, cash, isPriceless: false, detail }
  }
  if (bookedExecutions.has(executionId)) return null
  const contracts = outcome === 'yes' ? held : -held
  const isPriceless = price === null || fee === null
  const cash = bought(net, market, contracts, price ?? ONE_DOLLAR, fee ?? NO_MONEY)
  const detail = `execution ${executionId} bought ${formatQuantity(held)} ${outcome.toUpperCase()} of ${market} at ${utc(atMs)}: no order of ours`
  return { ...of, kind: 'strange-execution', contracts, cash, isPriceless, detail }
}

/** Booked fills that a complete list of the venue does not have: as if they had not happened. */
function missing(known: KnownAccount, { fills, complete }: ToldAccount): readonly Cause[] {
  if (complete === null) return []
  const listed = new Set(fills.map(({ key }) => key))
  return byName(known.fills, ({ key }) => key)
    .filter(({ key, atMs }) => !listed.has(key) && atMs > complete.sinceMs && atMs < complete.untilMs)
    .map((fill): Cause => ({
      kind: 'missing-execution',
      subject: fill.key,
      market: fill.market,
      contracts: -signed(fill),
      cash: money((fill.action === 'buy' ? 1 : -1) * notional(fill.price, fill.quantity) + fill.fee),
      isPriceless: true, // what it netted is not undone here
      detail: `fill ${fill.key} of ${formatQuantity(fill.quantity)} in ${fill.market} at ${utc(fill.atMs)} is booked, and the venue does not list it`,
    }))
}
