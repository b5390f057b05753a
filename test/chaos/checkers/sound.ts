import { money } from '../../../src/core/units'
import type { Evidence, Sighting, Step, VenueFill, VenueOrder, Workflow } from '../../../src/chaos/evidence/evidence'
import type { FillRow, IntentRow, LotRow, Tables, TradeRow } from '../../../src/chaos/evidence/tables'
import type { Struck } from '../../../src/chaos/where'
import {
  accountOf,
  atMs,
  BASE_MS,
  BEGAN,
  BOUND,
  CURE_BOUND,
  EDGE,
  first,
  keyOf,
  LOCKED,
  marketOf,
  NAMES,
  NOT_AFTER_MS,
  OPENING_CASH,
  paid,
  second,
  signOf,
  SOUND,
  STREAMING,
  subjectOf,
  yesPriceOf,
  EDGE_LEG,
  type End,
  type Lane,
  type Leg,
  type Name,
} from './legs'
import { balancesOf, chained, transfers } from './postings'

/** A lane, by default one that is as it should be: a locked box, one that a sale had to cure, an edge, and a refused box. Every test changes one thing. */

const sighting = (each: Leg, by: string, n: number, lateMs: number): Sighting => ({
  clientOrderId: each.id,
  tradeId: each.trade,
  venue: each.venue,
  market: marketOf(each),
  sign: signOf(each),
  yesPrice: yesPriceOf(each),
  quantity: each.quantity,
  atMs: atMs(each) + lateMs,
  by,
  n,
})

const venueFill = (each: Leg): VenueFill => ({
  key: keyOf(each),
  clientOrderId: each.id,
  venue: each.venue,
  market: marketOf(each),
  sign: signOf(each),
  yesPrice: yesPriceOf(each),
  quantity: each.filled,
  most: each.filled,
  least: each.filled,
  fee: each.fee,
  atMs: atMs(each) + 2,
})

const venueOrder = (each: Leg): VenueOrder => ({
  clientOrderId: each.id,
  market: marketOf(each),
  filled: each.filled,
  rests: false,
  createdMs: atMs(each) + 1,
  endedMs: atMs(each) + 2,
})

function venues(legs: readonly Leg[]): Evidence['venues'] {
  return (['kalshi', 'forecastex'] as const).map((venue) => {
    const own = legs.filter((each) => each.venue === venue)
    const cash = own.reduce((sum, each) => sum + paid(each), OPENING_CASH)
    const net: Record<string, number> = {}
    for (const each of own) net[marketOf(each)] = (net[marketOf(each)] ?? 0) + signOf(each) * each.filled
    const common = { venue, account: venue === 'kalshi' ? 'crossbook' : 'DU1', cash, purses: { [venue]: cash }, net, violations: [] }
    return { ...common, fills: own.filter(({ filled }) => filled > 0).map(venueFill), orders: own.map(venueOrder) }
  })
}

const isCure = ({ id }: Leg): boolean => /-c\d+$/.test(id)

export const orderOf = (each: Leg): Record<string, unknown> => ({
  clientOrderId: each.id,
  tradeId: each.trade,
  venue: each.venue,
  market: marketOf(each),
  action: each.action,
  outcome: each.outcome,
  limit: each.price,
  quantity: each.quantity,
  purpose: each.id.includes('-a') ? 'opening' : 'reducing',
  notAfterMs: BEGAN[each.trade] + NOT_AFTER_MS,
})

/** The orders that a plan is made of, whatever became of them. */
const planned = (name: Name): readonly Leg[] => (name === EDGE ? [EDGE_LEG] : [first(name), second(name, 0)])

function planOf(name: Name): TradeRow['plan'] {
  const legs = planned(name).map((each) => ({ order: orderOf(each), costBound: BOUND, purse: each.venue }))
  const box = { cure: { ...orderOf(second(name, 0)), clientOrderId: `cb-${name}-c3`, limit: 5_500 }, dearestCure: CURE_BOUND }
  return {
    ...{ strategy: name === EDGE ? 'edge' : 'box', tradeId: name, legs, lossBudget: 2_000_000, ...(name === EDGE ? {} : box) },
    opportunity: { subject: subjectOf(name), maximumLoss: BOUND, leastPayoff: 1_000_000 },
  } as unknown as TradeRow['plan']
}

/** As the ledger says what an end is worth. */
function worthOf(own: readonly Leg[], { locked, held, dust }: End): Pick<TradeRow, 'pnlMicros' | 'pnlKind'> & { readonly atStake: number } {
  const cash = own.reduce((sum, each) => sum + paid(each), 0)
  const open = lots(own)
  const cost = open.reduce((sum, lot) => sum + lot.cost, 0)
  if (open.length === 0) return { pnlMicros: cash, pnlKind: 'realised', atStake: 0 }
  return held + dust === 0
    ? { pnlMicros: cash + locked * 10_000, pnlKind: 'guaranteed', atStake: 0 }
    : { pnlMicros: cash + cost, pnlKind: 'open', atStake: Math.max(0, cost - locked * 10_000) }
}

function trade(name: Name, { legs, ends }: Lane): TradeRow {
  const own = legs.filter((each) => each.trade === name)
  const { outcome, reason = '', ...vector } = ends[name]
  const { pnlMicros, pnlKind, atStake } = worthOf(own, ends[name])
  const cures = own.filter(isCure).map(cureChoice)
  const result = { label: outcome, ...vector, reason, cures, realisedPnl: pnlMicros, maxRemainingLoss: atStake }
  return {
    ...{ tradeId: name, runId: `run-${name}`, strategy: name === EDGE ? 'edge' : 'box', subject: subjectOf(name) },
    ...{ reservation: 'released', haltEpoch: 4, plan: planOf(name), result: result as unknown as TradeRow['result'], outcome },
    ...{ pnlMicros, pnlKind, startedMs: BEGAN[name], endedMs: BEGAN[name] + 1_500 },
  }
}

/** What was chosen for a cure that was sent. */
export const cureChoice = (each: Leg) => ({
  chosen: { way: each.action === 'sell' ? 'sell' : 'complete', loss: 500_000, order: orderOf(each) },
  over: [],
  budgetLeft: 2_000_000,
})

function trades(lane: Lane): readonly TradeRow[] {
  const nothing = { locked: 0, flat: 0, held: 0, dust: 0, reason: 'claim: held', cures: [], realisedPnl: 0, maxRemainingLoss: 0 }
  const refused: Partial<TradeRow> = {
    ...{ tradeId: 'refused', reservation: 'refused', outcome: 'refused', endedMs: BEGAN.locked, pnlMicros: 0, pnlKind: 'realised' },
    result: { label: 'refused', ...nothing } as unknown as TradeRow['result'],
  }
  return [...NAMES.map((name) => trade(name, lane)), { ...trade(LOCKED, lane), ...refused }]
}

const place = (each: Leg) => ({ tradeId: each.trade, venue: each.venue, market: marketOf(each), outcome: each.outcome })

const intent = (each: Leg): IntentRow => ({
  ...place(each),
  clientOrderId: each.id,
  action: each.action,
  limit: each.price,
  quantity: each.quantity,
  purpose: each.id.includes('-a') ? 'opening' : 'reducing',
  notAfterMs: BEGAN[each.trade] + NOT_AFTER_MS,
  state: 'final',
  filled: each.filled,
})

const fillRow = (each: Leg): FillRow => ({
  ...place(each),
  key: keyOf(each),
  clientOrderId: each.id,
  account: accountOf(each),
  action: each.action,
  price: each.price,
  quantity: each.filled,
  fee: each.fee,
  isEstimate: false,
})

/** What is left of what was bought, at what it cost. */
function lots(legs: readonly Leg[]): readonly LotRow[] {
  const bought = legs.filter(({ action, filled }) => action === 'buy' && filled > 0)
  const soldOf = (lot: Leg): number =>
    legs.reduce(
      (sum, each) => (each.action === 'sell' && each.trade === lot.trade && each.venue === lot.venue ? sum + each.filled : sum),
      0,
    )
  return bought
    .map((each) => ({ ...place(each), quantity: each.filled - soldOf(each), cost: each.price * (each.filled - soldOf(each)) }))
    .filter(({ quantity }) => quantity !== 0)
}

function tables(lane: Lane): Tables {
  const rows = transfers(lane.legs)
  const audits = [{ seq: '1', atMs: String(BASE_MS), by: 'npm start', role: 'system', action: 'limits', detail: '{}' }]
  const held = lots(lane.legs)
  const claim = { state: 'settling' } as const
  return {
    trades: trades(lane),
    intents: lane.legs.map(intent),
    fills: lane.legs.filter(({ filled }) => filled > 0).map(fillRow),
    lots: held,
    claims: held.map(({ venue, market, outcome, tradeId }) => ({
      ...{ ...claim, venue, market, outcome, holder: tradeId, subject: subjectOf(tradeId as Name) },
    })),
    settlements: [],
    transfers: rows,
    balances: balancesOf(rows),
    audits,
    ...chained(rows, audits),
    breaks: [],
    drills: [],
    limits: {
      maxUnpairedPremiumTotal: money('20'),
      maxUnpairedAgeMs: 5_000,
      edgeMinPrice: money('0.01'),
      edgeMaxPrice: money('0.99'),
      maxPremiumPerTrade: money('50'),
    },
  }
}

function workflow(name: Name, { legs }: Lane): Workflow {
  const own = legs.filter((each) => each.trade === name)
  const placed = own.flatMap((each, n): readonly Step[] => {
    const chosen: readonly Step[] = isCure(each)
      ? [
          { kind: 'asked', n: 90 + n, name: 'chooseCure', value: [{}, 2_000_000, n === 2 ? 'requote' : 'at-once'], atMs: atMs(each) - 30 },
          { kind: 'answered', n: 90 + n, name: 'chooseCure', value: cureChoice(each), atMs: atMs(each) - 20 },
        ]
      : []
    return [
      ...chosen,
      { kind: 'asked', n, name: 'place', value: [orderOf(each)], atMs: atMs(each) - 5 },
      { kind: 'answered', n, name: 'place', value: { kind: 'done', filled: each.told ?? each.filled }, atMs: atMs(each) + 20 },
      ...(isCure(each) ? finish(each, n) : []),
    ]
  })
  const steps = [...placed, ...own.flatMap((each, n) => (isCure(each) ? [] : finish(each, n)))]
  const type = name === EDGE ? 'edge' : 'box'
  const times = { startedMs: BEGAN[name] - 10, endedMs: BEGAN[name] + 1_510 }
  const inTime = steps.toSorted((a, b) => a.atMs - b.atMs)
  return {
    workflowId: `${type}-${subjectOf(name)}`,
    runId: `run-${name}`,
    type,
    status: 'completed',
    tradeId: name,
    ...times,
    steps: inTime,
  }
}

const finish = (each: Leg, n: number): readonly Step[] => [
  { kind: 'asked', n: 50 + n, name: 'finish', value: [orderOf(each), null], atMs: atMs(each) + 120 },
  { kind: 'answered', n: 50 + n, name: 'finish', value: each.filled, atMs: atMs(each) + 130 },
]

export const soundEvidence = (lane: Lane = SOUND): Evidence => ({
  atMs: BASE_MS + 60_000,
  startedMs: BASE_MS - 2_000,
  laneStartedMs: BASE_MS - 5_000,
  acceptanceMs: 35_000,
  venues: venues(lane.legs),
  sent: lane.legs.map((each, n) => sighting(each, STREAMING, n + 10, 0)),
  arrived: lane.legs.map((each, n) => sighting(each, `${each.venue} life 1 connection 1`, n + 10, 1)),
  wire: [],
  told: [],
  tables: tables(lane),
  workflows: NAMES.map((name) => workflow(name, lane)),
  alarms: [],
})

/** A halt of everything, acknowledged and lifted between the two trades. */
export const HALTED: readonly Struck[] = [
  { atMs: BASE_MS + 3_000, untilMs: BASE_MS + 3_200, kind: 'halt', name: 'all', at: 'at 3000 ms' },
  { atMs: BASE_MS + 4_000, untilMs: BASE_MS + 4_100, kind: 'resume', name: 'all', at: 'at 4000 ms' },
]
