import type { Outcome } from '../ids'
import { money, notional, ONE_DOLLAR, type Money, type Quantity } from '../units'
import type { Certificate } from './certificate'

/** What the question can come out as, in Kalshi's terms. An S0 certificate excludes every other state. */
const STATES: readonly Outcome[] = ['yes', 'no']

/**
 * The least that equal quantities of both legs pay over the certificate's states.
 * @throws RangeError for a class other than S0: its states are more than these two.
 */
export function minimumPayoff(certificate: Certificate, kalshi: Outcome, forecastex: Outcome, quantity: Quantity): Money {
  if (certificate.class !== 'S0') throw new RangeError(`the payoff of class ${certificate.class} is not certain: only S0 is traded`)
  const winner = notional(ONE_DOLLAR, quantity)
  const payoffs = STATES.map((state) => {
    const forecastexState = certificate.polarity === 'same' ? state : state === 'yes' ? 'no' : 'yes'
    return (kalshi === state ? winner : 0) + (forecastex === forecastexState ? winner : 0)
  })
  return money(Math.min(...payoffs))
}
