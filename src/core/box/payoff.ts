import type { Outcome } from '../ids'
import { exact, money, NO_MONEY, notional, ONE_CONTRACT, ONE_DOLLAR, type Money, type Quantity } from '../units'
import { missingOutcome, type Certificate, type JointState, type Payout } from './certificate'
import type { Direction } from './finding'

/** The least that one contract of each leg pays together, and the state in which it does: what "locked" may count on. */
export interface LeastPayoff {
  readonly state: string
  readonly perContract: Money
}
/** What a box of one contract each pays in one joint state, in both directions. */
export type PayoffRow = { readonly state: string } & Readonly<Record<Direction, Payout>>
/** What a certificate promises: every joint terminal state (market-math §8), and the least of each direction. */
export interface PayoffMatrix {
  readonly rows: readonly PayoffRow[]
  readonly least: Readonly<Record<Direction, LeastPayoff>>
}
type State = Omit<JointState, 'name'> & { readonly name: string }

/** What a winning contract pays, and a YES and a NO of one market together. */
export const DOLLAR = notional(ONE_DOLLAR, ONE_CONTRACT)
const WHOLE: Payout = { least: DOLLAR, most: DOLLAR }
const NOTHING: Payout = { least: NO_MONEY, most: NO_MONEY }

/** Every joint terminal state of a certificate, Kalshi's yes and no first. */
export function statesOf({ polarity, states = [] }: Certificate): readonly State[] {
  const [ofYes, ofNo] = polarity === 'same' ? [WHOLE, NOTHING] : [NOTHING, WHOLE]
  return [
    { name: 'yes', kalshiYes: WHOLE, forecastexYes: ofYes, together: true },
    { name: 'no', kalshiYes: NOTHING, forecastexYes: ofNo, together: true },
    ...states,
  ]
}

const matrices = new WeakMap<Certificate, PayoffMatrix>()
/** Made once of each certificate: a decision asks for it with every margin. */
export function payoffMatrix(certificate: Certificate): PayoffMatrix {
  const known = matrices.get(certificate)
  if (known) return known
  const made = matrixOf(certificate)
  matrices.set(certificate, made)
  return made
}

function matrixOf(certificate: Certificate): PayoffMatrix {
  const { polarity } = certificate
  const column = (kalshi: Outcome) => {
    const missing = missingOutcome(certificate, kalshi)
    return (state: State): Payout => payoutIn(state, polarity, kalshi, missing)
  }
  const [inA, inB] = [column('yes'), column('no')]
  const rows = statesOf(certificate).map((state) => ({ state: state.name, A: inA(state), B: inB(state) }))
  return { rows, least: { A: leastOf(rows, 'A'), B: leastOf(rows, 'B') } }
}

/** The first of the worst: the states are in the order of the certificate. */
function leastOf(rows: readonly PayoffRow[], direction: Direction): LeastPayoff {
  const worst = rows.reduce((least, row) => (row[direction].least < least[direction].least ? row : least))
  return { state: worst.state, perContract: worst[direction].least }
}

/**
 * What both legs pay in one state. Each pays a linear function of what is published, so that their sum is least and most at the ends: of the one
 * value when both follow it (at its low end Kalshi's YES and the answer that means the same pay their least), of both when each has its own.
 */
function payoutIn(
  { kalshiYes, forecastexYes, together }: State,
  polarity: Certificate['polarity'],
  kalshi: Outcome,
  forecastex: Outcome,
): Payout {
  const pays = (outcome: Outcome, yes: Money): number => (outcome === 'yes' ? yes : DOLLAR - yes)
  const [atLow, atHigh] = polarity === 'same' ? [forecastexYes.least, forecastexYes.most] : [forecastexYes.most, forecastexYes.least]
  const low = pays(kalshi, kalshiYes.least)
  const high = pays(kalshi, kalshiYes.most)
  const otherLow = pays(forecastex, atLow)
  const otherHigh = pays(forecastex, atHigh)
  if (together) return { least: money(Math.min(low + otherLow, high + otherHigh)), most: money(Math.max(low + otherLow, high + otherHigh)) }
  return {
    least: money(Math.min(low, high) + Math.min(otherLow, otherHigh)),
    most: money(Math.max(low, high) + Math.max(otherLow, otherHigh)),
  }
}

/** A box that is not locked: in which state it pays least, and what is lost then. */
export interface Unlocked {
  readonly state: string
  readonly loss: Money
}
/** "Locked" is claimed only when the worst state pays what both legs cost at their bound. @param quantity whole contracts. @returns null when it is locked. */
export function unlocked({ state, perContract }: LeastPayoff, quantity: Quantity, cost: Money): Unlocked | null {
  const loss = cost - payoffOf(perContract, quantity)
  return loss > 0 ? { state, loss: money(loss) } : null
}

/** What so many pairs pay. @throws RangeError beyond 2^53: no trade is so large. */
export const payoffOf = (perContract: Money, quantity: Quantity): Money => {
  const hundredths = exact(perContract * quantity)
  return money((hundredths - (hundredths % ONE_CONTRACT)) / ONE_CONTRACT)
}
