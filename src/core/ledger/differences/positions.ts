import type { MarketId } from '../../ids'
import { formatQuantity, NO_MONEY, quantity, type Millis } from '../../units'
import { identityOf, type Difference, type StandingBreak } from '../breaks'
import { explain } from '../explain'
import type { KnownAccount, ToldAccount } from './accounts'
import { signed, type Cause } from './executions'

/** Contracts by market, in 1e-2 YES. */
export type Net = Map<MarketId, number>
/** A cause of which it is decided how many contracts it has moved. */
export interface Placed extends Cause {
  readonly moves: number
}
export interface Positions {
  readonly causes: readonly Placed[]
  readonly differences: readonly Difference[]
  /** By identity: explained for now, with the reason. */
  readonly waiting: ReadonlyMap<string, string>
  /** Markets that have ended with contracts of ours not shown any more. */
  readonly gone: readonly { readonly market: MarketId; readonly contracts: number }[]
  /** Accepted differences that the venue does not show any more. */
  readonly lapsed: readonly number[]
}

export const addTo = (net: Net, market: MarketId, contracts: number): void => void net.set(market, (net.get(market) ?? 0) + contracts)

export function netOf(held: KnownAccount['lots']): Net {
  const net: Net = new Map()
  for (const each of held) addTo(net, each.market, signed({ ...each, action: 'buy' }))
  return net
}

/** Σ lots = the venue's net (E7), market by market. `counted`: what standing breaks move is known. */
export function comparePositions(
  known: KnownAccount,
  told: ToldAccount,
  before: Net,
  counted: readonly StandingBreak[],
  causes: readonly Cause[],
): Positions {
  const lots = netOf(known.lots)
  const held = netOf(told.positions)
  const found = { causes: [] as Placed[], differences: [] as Difference[], waiting: new Map<string, string>() }
  const gone: Positions['gone'][number][] = []
  const lapsed: number[] = []
  for (const market of [...new Set([...held.keys(), ...before.keys(), ...causes.map((cause) => cause.market)])].sort()) {
    const now = held.get(market) ?? 0
    const apart = now - (before.get(market) ?? 0)
    const placed = place(
      apart,
      causes.filter((cause) => cause.market === market),
    )
    found.causes.push(...placed)
    const contracts = apart - placed.reduce((sum, { moves }) => sum + moves, 0)
    if (contracts === 0) continue
    const standing = counted.filter((each) => each.market === market && each.contracts !== 0)
    const difference = { venue: known.venue, kind: 'position', subject: market, market, purse: null, contracts, amount: NO_MONEY } as const
    if (standing.length > 0 && now === (lots.get(market) ?? 0)) lapsed.push(...standing.map(({ id }) => id))
    else if (now === 0 && known.ended.has(market)) {
      gone.push({ market, contracts })
      found.waiting.set(identityOf(difference), `${market} has ended, and what it pays is not posted yet`)
    } else found.differences.push({ ...difference, detail: textOf(known, market, lots.get(market) ?? 0, now) })
  }
  return { ...found, gone, lapsed }
}

/** Which of the causes have moved contracts: all, else the set that makes up what is apart, else all that the venue tells. */
function place(apart: number, causes: readonly Cause[]): readonly Placed[] {
  const moving = (happened: readonly Cause[]): readonly Placed[] =>
    causes.map((cause) => ({ ...cause, moves: happened.includes(cause) ? cause.contracts : 0 }))
  if (causes.reduce((sum, { contracts }) => sum + contracts, 0) === apart) return moving(causes)
  const explanation = explain(
    apart,
    causes.map((cause) => ({ cause, amount: cause.contracts })),
  )
  if (explanation.kind === 'unexplained') return moving(causes.filter(({ kind }) => kind !== 'missing-execution'))
  return moving((explanation.kind === 'explained' ? explanation.by : explanation.either).map(({ cause }) => cause))
}

function textOf({ gone }: KnownAccount, market: MarketId, lots: number, now: number): string {
  const goneMs = now === 0 ? gone.get(market) : undefined
  const since = goneMs === undefined ? '' : `, gone since ${utc(goneMs)}`
  return `${market}: lots ${formatQuantity(quantity(lots))}, venue ${formatQuantity(quantity(now))} (YES)${since}`
}
const utc = (ms: Millis): string => new Date(ms).toISOString()
