import type { PlainPair } from '../house'
import { wayOf, type Side } from './sight'

const DOLLAR = 1_000_000

/**
 * What one contract of both legs pays at least over all joint states (market-math §8). In a state that both venues settle by one published value,
 * the answers that mean the same pay least together; otherwise each may pay anything of its own range.
 */
export function leastPayoff(pair: PlainPair, buys: Side): number {
  const { misses } = wayOf(pair, buys)
  const { polarity, states = [] } = pair.certificate
  const pays = (side: Side, yes: number): number => (side === 'yes' ? yes : DOLLAR - yes)
  const ends: number[] = []
  for (const kalshiYes of [DOLLAR, 0]) {
    const forecastexYes = polarity === 'same' ? kalshiYes : DOLLAR - kalshiYes
    ends.push(pays(buys, kalshiYes) + pays(misses, forecastexYes))
  }
  for (const { kalshiYes, forecastexYes, together } of states)
    for (const low of [true, false])
      for (const otherLow of [true, false]) {
        if (together && (polarity === 'same' ? low !== otherLow : low === otherLow)) continue
        const kalshi = low ? kalshiYes.least : kalshiYes.most
        const forecastex = otherLow ? forecastexYes.least : forecastexYes.most
        ends.push(pays(buys, kalshi) + pays(misses, forecastex))
      }
  return Math.min(...ends)
}
