import type { Evidence, Sighting, Step, VenueFill, VenueOrder, Workflow } from '../../../src/chaos/evidence/evidence'
import type { FillRow, IntentRow, LotRow, Tables, TradeRow } from '../../../src/chaos/evidence/tables'
import type { Struck } from '../../../src/chaos/where'
import {
  accountOf,
  atMs,
  BASE_MS,
  BEGAN,
  BOUND,
  cashAt,
  CONTRACTS,
  CURE_BOUND,
  CURED,
  keyOf,
  LEGS,
  legsOf,
  LOCKED,
  marketOf,
  NOT_AFTER_MS,
  paid,
  signOf,
  STREAMING,
  TICKERS,
  yesPriceOf,
  type Leg,
  type Name,
} from './legs'
import { balancesOf, chained, transfers } from './postings'

/** A lane that is as it should be: a locked box, one that a sale had to cure, and a refused one. Every test changes one thing of it. */

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
  key: keyOf(each.id),
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
  venueOrderId: `o-${each.id}`,
  market: marketOf(each),
  filled: each.filled,
  rests: false,
  createdMs: atMs(each) + 1,
  endedMs: atMs(each) + 2,
})

function venues(): Evidence['venues'] {
  const of = (venue: Leg['venue'], account: string, net: Readonly<Record<string, number>>): Evidence['venues'][number] => {
    const own = LEGS.filter((each) => each.venue === venue)
    const cash = cashAt(venue)
    const common = { venue, account, cash, purses: { [venue]: cash }, net, violations: [] }
    return { ...common, fills: own.map(venueFill), orders: own.map(venueOrder) }
  }
  return [
    of('kalshi', 'crossbook', { [TICKERS.locked]: 1_000, [TICKERS.cured]: 400 }),
    of('forecastex', 'DU1', { [CONTRACTS.locked]: -1_000, [CONTRACTS.cured]: -400 }),
  ]
}

const orderOf = (each: Leg): Record<string, unknown> => ({
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

function trade(name: Name, more: Partial<TradeRow>): TradeRow {
  const legs = legsOf(name).slice(0, 2)
  const cure = { ...orderOf(legs[1] as Leg), clientOrderId: `cb-${name}-c3`, limit: 5_500 }
  const plan = {
    strategy: 'box',
    tradeId: name,
    legs: legs.map((each) => ({ order: orderOf(each), costBound: BOUND, purse: each.venue })),
    cure,
    dearestCure: CURE_BOUND,
    lossBudget: 2_000_000,
    opportunity: { maximumLoss: BOUND, leastPayoff: 1_000_000 },
  }
  return {
    tradeId: name,
    runId: `run-${name}`,
    strategy: 'box',
    subject: `pair-${name}`,
    reservation: 'released',
    haltEpoch: 4,
    plan: plan as unknown as TradeRow['plan'],
    result: null,
    outcome: null,
    pnlMicros: 0,
    pnlKind: 'guaranteed',
    startedMs: BEGAN[name],
    endedMs: BEGAN[name] + 1_500,
    ...more,
  }
}

const result = (locked: number, flat: number, cures: readonly unknown[]): TradeRow['result'] =>
  ({ locked, flat, held: 0, dust: 0, cures, verdicts: [] }) as unknown as TradeRow['result']

const cureChoice = () => ({ chosen: { way: 'sell', loss: 500_000, order: orderOf(LEGS[4] as Leg) }, over: [], budgetLeft: 2_000_000 })

function trades(): readonly TradeRow[] {
  const earned = (name: Name, locked: number): number => legsOf(name).reduce((sum, each) => sum + paid(each), locked * 10_000)
  return [
    trade(LOCKED, { result: result(1_000, 0, []), outcome: 'locked', pnlMicros: earned(LOCKED, 1_000) }),
    trade(CURED, { result: result(400, 600, [cureChoice()]), outcome: 'partly-locked', pnlMicros: earned(CURED, 400) }),
    {
      ...trade(LOCKED, { reservation: 'refused', result: result(0, 0, []), outcome: 'refused' }),
      tradeId: 'refused',
      endedMs: BEGAN.locked,
    },
  ]
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
  key: keyOf(each.id),
  clientOrderId: each.id,
  account: accountOf(each),
  action: each.action,
  price: each.price,
  quantity: each.filled,
  fee: each.fee,
  isEstimate: false,
})

function lots(): readonly LotRow[] {
  const lot = (each: Leg, quantity: number): LotRow => ({ ...place(each), quantity, cost: each.price * quantity })
  const [one, two, three, four] = LEGS as readonly [Leg, Leg, Leg, Leg]
  return [lot(one, 1_000), lot(two, 1_000), lot(three, 400), lot(four, 400)]
}

function tables(): Tables {
  const rows = transfers()
  const audits = [{ seq: '1', atMs: String(BASE_MS), by: 'npm start', role: 'system', action: 'limits', detail: '{}' }]
  const held = lots()
  return {
    trades: trades(),
    intents: LEGS.map(intent),
    fills: LEGS.map(fillRow),
    lots: held,
    claims: held.map(({ venue, market, outcome, tradeId }) => ({
      venue,
      market,
      outcome,
      subject: `pair-${tradeId}`,
      state: 'settling',
      holder: tradeId,
    })),
    settlements: [],
    transfers: rows,
    balances: balancesOf(rows),
    audits,
    ...chained(rows, audits),
    breaks: [],
    drills: [],
    limits: { maxUnpairedPremiumTotal: 20_000_000, maxUnpairedAgeMs: 5_000 },
  }
}

function workflow(name: Name): Workflow {
  const steps = legsOf(name).flatMap((each, n): readonly Step[] => {
    const kind = { kind: 'done', filled: each.filled }
    const chosen: readonly Step[] = each.id.endsWith('c3')
      ? [{ kind: 'answered', n: 90, name: 'chooseCure', value: cureChoice(), atMs: atMs(each) - 20 }]
      : []
    return [
      ...chosen,
      { kind: 'asked', n, name: 'place', value: [orderOf(each)], atMs: atMs(each) - 5 },
      { kind: 'answered', n, name: 'place', value: kind, atMs: atMs(each) + 20 },
    ]
  })
  const times = { startedMs: BEGAN[name] - 10, endedMs: BEGAN[name] + 1_510 }
  return { workflowId: `box-pair-${name}`, runId: `run-${name}`, type: 'box', status: 'completed', tradeId: name, ...times, steps }
}

export const soundEvidence = (): Evidence => ({
  atMs: BASE_MS + 60_000,
  startedMs: BASE_MS - 2_000,
  laneStartedMs: BASE_MS - 5_000,
  isSettled: false,
  acceptanceMs: 35_000,
  venues: venues(),
  sent: LEGS.map((each, n) => sighting(each, STREAMING, n + 10, 0)),
  arrived: LEGS.map((each, n) => sighting(each, `${each.venue} life 1 connection 1`, n + 10, 1)),
  wire: [],
  told: [],
  tables: tables(),
  workflows: [workflow(LOCKED), workflow(CURED)],
  alarms: [],
})

/** A halt of everything, acknowledged and lifted between the two trades. */
export const HALTED: readonly Struck[] = [
  { atMs: BASE_MS + 3_000, untilMs: BASE_MS + 3_200, kind: 'halt', name: 'all', epoch: 5, at: 'at 3000 ms' },
  { atMs: BASE_MS + 4_000, untilMs: BASE_MS + 4_100, kind: 'resume', name: 'all', epoch: 6, at: 'at 4000 ms' },
]
