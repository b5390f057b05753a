import type { Breaker } from '../../core/risk/breaker'
import { readBreakers, resetBreaker, STRATEGIES, type Strategy } from '../../operator/breakers'
import { systemClock } from '../../wiring/clock'
import { dollars, print, printJson, table } from '../render'
import { withConnections } from './session'

/** The ledger answers in milliseconds, or is away. */
const LIMIT_MS = 5_000
const clock = systemClock()

export function status(json: boolean): Promise<void> {
  return withConnections(async ({ database }) => {
    const breakers = await readBreakers(database, clock.nowMs())
    if (json) return printJson(breakers)
    const rows = breakers.map(({ strategy, breaker, lostToday, lostThisWeek }) => [
      strategy,
      breaker.state,
      String(breaker.streak),
      dollars(-lostToday),
      dollars(-lostThisWeek),
      describe(breaker),
    ])
    print(table(['strategy', 'state', 'losses in a row', 'P&L today', 'P&L this week', ''], rows))
  })
}

function describe(breaker: Breaker): string {
  if (breaker.state === 'closed') return ''
  return breaker.state === 'open'
    ? `${breaker.reason}; a trial from ${new Date(breaker.untilMs).toISOString()}`
    : `${breaker.reason}; its trial ${breaker.trial} runs`
}

export async function reset(strategyText: string, reason: string, json: boolean): Promise<void> {
  const strategy = STRATEGIES.find((known): known is Strategy => known === strategyText)
  if (!strategy) throw new RangeError(`"${strategyText}" is not a strategy: use ${STRATEGIES.join(' or ')}`)
  return withConnections(async ({ database, config }) => {
    const before = await resetBreaker(database, strategy, config.operator, reason, clock.nowMs(), AbortSignal.timeout(LIMIT_MS))
    if (json) printJson({ strategy, before })
    else
      print(`the breaker of ${strategy} is closed and its streak forgotten; it was ${before.state} after ${before.streak} losses in a row`)
  })
}
