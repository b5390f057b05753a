import type { Outcome } from '../ids'
import { money, NO_MONEY, notional, ONE_CONTRACT, ONE_DOLLAR, type Money } from '../units'
import type { Certificate, JointState, Payout } from './certificate'

/** The least that one contract of each leg pays together, and the state in which it does. */
export interface LeastPayoff {
  readonly state: string
  readonly perContract: Money
}

const DOLLAR = notional(ONE_DOLLAR, ONE_CONTRACT)
const WHOLE: Payout = { least: DOLLAR, most: DOLLAR }
const NOTHING: Payout = { least: NO_MONEY, most: NO_MONEY }

/** Every joint terminal state of a certificate (market-math §8), Kalshi's yes and no first. */
export function statesOf({ polarity, states = [] }: Certificate): readonly (Omit<JointState, 'name'> & { readonly name: string })[] {
  const [ofYes, ofNo] = polarity === 'same' ? [WHOLE, NOTHING] : [NOTHING, WHOLE]
  return [
    { name: 'yes', kalshiYes: WHOLE, forecastexYes: ofYes, together: true },
    { name: 'no', kalshiYes: NOTHING, forecastexYes: ofNo, together: true },
    ...states,
  ]
}

/** The minimum over the certificate's states of one contract of each leg: what "locked" may count on. */
export function leastPayoff(certificate: Certificate, kalshi: Outcome, forecastex: Outcome): LeastPayoff {
  const paid = statesOf(certificate).map((state) => ({ state: state.name, perContract: payoffIn(state, kalshi, forecastex) }))
  return paid.reduce((least, each) => (each.perContract < least.perContract ? each : least))
}

function payoffIn({ kalshiYes, forecastexYes, together }: Omit<JointState, 'name'>, kalshi: Outcome, forecastex: Outcome): Money {
  const pays = (outcome: Outcome, yes: number): number => (outcome === 'yes' ? yes : DOLLAR - yes)
  const ends = [
    pays(kalshi, kalshiYes.least) + pays(forecastex, forecastexYes.least),
    pays(kalshi, kalshiYes.most) + pays(forecastex, forecastexYes.most),
  ]
  if (!together)
    ends.push(
      pays(kalshi, kalshiYes.least) + pays(forecastex, forecastexYes.most),
      pays(kalshi, kalshiYes.most) + pays(forecastex, forecastexYes.least),
    )
  return money(Math.min(...ends))
}
