import { limitUses } from '../../core/risk/capacity'
import { limitValue, type LimitName } from '../../core/risk/limit-change'
import { marketId } from '../../core/ids'
import type { Mode } from '../../core/trade/plan'
import { Refused } from '../../core/refused'
import { withLimit } from '../../ports/limit'
import type { Clock } from '../../ports/clock'
import { ledgerPurses, openLots } from '../../stores/postgres/proof/verify'
import type { Database } from '../../stores/postgres/pool'
import { readRisk } from '../../stores/postgres/reserve'

/** The reading holds the reserve's lock for some milliseconds: however many ask, it is made no more often than this. */
const FRESH_MS = 1_000
/** Behind a reserve or two; what takes longer is a ledger that is down. */
const READ_LIMIT_MS = 4_000
const NS_PER_MS = 1_000_000n

export interface CapacityView {
  readonly atMs: number
  readonly version: string
  readonly strategies: readonly StrategyCapacity[]
}
export interface StrategyCapacity {
  readonly strategy: 'box' | 'edge'
  /** Scopes that stop openings altogether, whatever is left. */
  readonly halts: readonly string[]
  readonly breaker: string
  readonly cleanTrades: number
  /** Contracts as decimal strings; micro-dollars, counts and milliseconds as integers. */
  readonly uses: readonly {
    readonly limit: LimitName
    readonly where: string | null
    readonly used: string | number
    readonly allowed: string | number
    readonly left: string | number
  }[]
}

/** What is left of each limit, as the reserve itself would count it; of at most a second ago. @throws LedgerUnreachable; Refused before the first import */
export function createCapacity(database: Database, mode: Mode, clock: Clock): () => Promise<CapacityView> {
  let last: { readonly atNs: bigint; readonly view: Promise<CapacityView> } | null = null
  return () => {
    const atNs = clock.monoNs()
    if (last === null || atNs - last.atNs > BigInt(FRESH_MS) * NS_PER_MS) {
      const view = readCapacity(database, mode, clock)
      last = { atNs, view }
      view.catch(() => (last = null)) // told to who has asked; the next one asks anew
    }
    return last.view
  }
}

async function readCapacity(database: Database, mode: Mode, clock: Clock): Promise<CapacityView> {
  const [lots, purses] = await Promise.all([openLots(database), ledgerPurses(database)])
  const held = [...new Map(lots.map(({ venue, market }) => [`${venue} ${market}`, { venue, market: marketId(market) }])).values()]
  const nowMs = clock.nowMs()
  const strategies: StrategyCapacity[] = []
  let version = ''
  for (const strategy of ['box', 'edge'] as const) {
    const asked = { strategy, mode, markets: held, purses: purses.map(({ purse }) => purse) }
    const risk = await withLimit([], READ_LIMIT_MS, (limit) => readRisk(database, asked, nowMs, limit))
    if (!risk) throw new Refused('no limits are in force: start the stack once, it imports them')
    const { state, limits } = risk
    version = limits.version
    const uses = limitUses(state, limits).map(({ limit, where, used, allowed, left }) => ({
      ...{ limit, where, used: limitValue(limit, used), allowed: limitValue(limit, allowed), left: limitValue(limit, left) },
    }))
    const halts = state.halts.filter((scope) => scope === 'all' || scope === `strategy:${strategy}`)
    strategies.push({ strategy, halts, breaker: state.standing.breaker.state, cleanTrades: state.standing.cleanTrades, uses })
  }
  return { atMs: nowMs, version, strategies }
}
