import { oneOf } from '../../core/choice'
import { parseFixed } from '../../core/units'
import type { BacktestRequest } from './request'

const RATE_DECIMALS = 4
const ONE = 10_000
const WHOLE = /^[1-9]\d{0,9}$/

/**
 * A request with one setting otherwise: seed, depth_factor and phantom (0 to 1, four decimals), fills (ninth-decile, drawn), fees (then, today), leg_order
 * (kalshi-first, by-expected-value), quote_life_ms, profile, guards (on, off), line_age_ms; everything else is a limit by its name in config/limits.yaml.
 * @throws RangeError for a value that it cannot have
 */
export function varied(request: BacktestRequest, key: string, value: string): BacktestRequest {
  const { assumptions, source } = request
  switch (key) {
    case 'seed':
      return { ...request, seed: value }
    case 'depth_factor':
      return { ...request, assumptions: { ...assumptions, depthFactor: rateOf(key, value) } }
    case 'phantom':
      return { ...request, assumptions: { ...assumptions, phantom: rateOf(key, value) } }
    case 'fills':
      return { ...request, assumptions: { ...assumptions, waits: oneOf(key, ['ninth-decile', 'drawn'] as const, value) } }
    case 'fees':
      return { ...request, fees: oneOf(key, ['then', 'today'] as const, value) }
    case 'leg_order':
      return { ...request, legOrder: oneOf(key, ['kalshi-first', 'by-expected-value'] as const, value) }
    case 'profile':
      return { ...request, edges: { ...request.edges, profile: value } }
    case 'guards':
      return { ...request, edges: { ...request.edges, isGuarded: oneOf(key, ['on', 'off'] as const, value) === 'on' } }
    case 'line_age_ms':
      return { ...request, edges: { ...request.edges, lineAgeMs: wholeOf(key, value) } }
    case 'quote_life_ms':
      if (source.kind !== 'recording') throw new RangeError('quote_life_ms is of a recording of trades: a capture has its quotes')
      return { ...request, source: { ...source, quoteLifeMs: wholeOf(key, value) } }
    default:
      return { ...request, changes: [...request.changes, `${key}=${value}`] }
  }
}

export function wholeOf(what: string, value: string): number {
  if (!WHOLE.test(value)) throw new RangeError(`${what} takes a whole number from 1, not "${value}"`)
  return Number.parseInt(value, 10)
}

function rateOf(what: string, value: string): number {
  const wrong = (): never => {
    throw new RangeError(`${what} is a share between 0 and 1 with at most four decimals, like 0.8, not "${value}"`)
  }
  try {
    const rate = parseFixed(value, RATE_DECIMALS)
    return rate < 0 || rate > ONE ? wrong() : rate
  } catch {
    return wrong()
  }
}
