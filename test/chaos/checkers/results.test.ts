import { money } from '../../../src/core/units'
import { checkEvidence } from '../../../src/chaos/checkers/check'
import type { Evidence } from '../../../src/chaos/evidence/evidence'
import type { TradeRow } from '../../../src/chaos/evidence/tables'
import { all, atVenue, B2, brokenBy, inTables, isOrder, ofTrade as ofSteps, rows, rulesOf, type Wrong } from './changes'
import { CURED, EDGE, EDGE_LEG, first, instead, LOCKED, sale, second, type Name } from './legs'
import { HALTED, soundEvidence } from './sound'

const same = (evidence: Evidence): Evidence => evidence
const ofTrade = (name: Name, change: (row: TradeRow) => Partial<TradeRow>): Wrong['change'] =>
  rows('trades')((row) => row.tradeId === name, change)
const inResult = (name: Name, change: Readonly<Record<string, unknown>>): Wrong['change'] =>
  ofTrade(name, ({ result }) => ({ result: result && ({ ...result, ...change } as TradeRow['result']) }))
const called = (name: Name, outcome: string, more: Readonly<Record<string, unknown>> = {}): Wrong['change'] =>
  ofTrade(name, ({ result }) => ({ outcome, result: { ...result, ...more, label: outcome } as TradeRow['result'] }))

const VECTORS: readonly Wrong[] = [
  { name: 'one contract fewer locked than were completed', rule: 'I9', change: inResult(LOCKED, { locked: 900, flat: 100 }) },
  {
    name: 'the same where its profit follows',
    rule: 'I9',
    also: ['I13'],
    change: same,
    lane: instead(LOCKED, [first(LOCKED), second(LOCKED, 1_000)], { outcome: 'partly-locked', locked: 900, flat: 100 }),
  },
  { name: 'one contract fewer flat than were sold', rule: 'I9', change: inResult(CURED, { flat: 500 }) },
  { name: 'what was sold back called held', rule: 'I9', also: ['I12'], change: called(CURED, 'held', { flat: 0, held: 600 }) },
  { name: 'whole contracts of an edge called dust', rule: 'I9', change: inResult(EDGE, { held: 400, dust: 100 }) },
  {
    name: 'a part of a contract of an edge called held',
    rule: 'I9',
    change: same,
    lane: instead(EDGE, [{ ...EDGE_LEG, filled: 450 }], { held: 450 }),
  },
  {
    name: 'dust that is a whole contract',
    rule: 'I9',
    change: same,
    lane: instead(CURED, [first(CURED), second(CURED, 900)], { outcome: 'locked', locked: 900, flat: 0, dust: 100 }),
  },
  {
    name: 'a completion in the outcome that is held already',
    rule: 'I9',
    also: ['I13', 'budget'],
    change: (evidence) => {
      const turned = {
        ...evidence,
        venues: evidence.venues.map((each) => (each.venue === 'kalshi' ? each : { ...each, net: { ...each.net, 7001: 1_000 } })),
      }
      return atVenue('forecastex', ({ fills }) => ({ fills: fills.map((fill) => (isOrder(B2)(fill) ? { ...fill, sign: 1 } : fill)) }))(
        turned,
      )
    },
  },
]

const LABELS: readonly Wrong[] = [
  { name: 'locked where a part was sold back', rule: 'I9', change: called(CURED, 'locked') },
  { name: 'partly locked where nothing was sold back', rule: 'I9', change: called(LOCKED, 'partly-locked') },
  { name: 'unwound where something is locked', rule: 'I9', change: called(CURED, 'unwound') },
  { name: 'locked where it is an edge', rule: 'I9', change: called(EDGE, 'locked') },
  { name: 'surrendered where nobody gave a verdict', rule: 'I9', change: called(LOCKED, 'surrendered') },
  {
    name: 'refused where bytes left',
    rule: 'I9',
    change: same,
    lane: instead(EDGE, [{ ...EDGE_LEG, filled: 0 }], { outcome: 'refused', held: 0 }),
  },
  { name: 'missed where no byte left', rule: 'I9', change: same, lane: instead(EDGE, [], { outcome: 'missed', held: 0 }) },
  { name: 'otherwise by the table than by its result', rule: 'I9', change: ofTrade(LOCKED, () => ({ outcome: 'unwound' })) },
  { name: 'an end without a result', rule: 'I9', change: ofTrade(LOCKED, () => ({ result: null })) },
]

const PROFITS: readonly Wrong[] = [
  { name: 'a dollar too much', rule: 'I13', change: ofTrade(EDGE, ({ pnlMicros }) => ({ pnlMicros: pnlMicros + 1_000_000 })) },
  { name: 'called realised while lots are open', rule: 'I13', change: ofTrade(LOCKED, () => ({ pnlKind: 'realised' })) },
  { name: 'other in the result than in the table', rule: 'I13', change: inResult(CURED, { realisedPnl: 1 }) },
  { name: 'an edge with nothing at stake', rule: 'I13', change: inResult(EDGE, { maxRemainingLoss: 0 }) },
  {
    name: 'an edge that pays more than was granted',
    rule: 'budget',
    change: ofTrade(EDGE, ({ plan }) => ({ plan: { ...plan, opportunity: { ...plan.opportunity, maximumLoss: 2_000_000 as never } } })),
  },
  {
    name: 'an edge at a price beyond the limits',
    rule: 'I8',
    change: inTables(({ limits }) => ({ limits: { ...limits, edgeMaxPrice: money('0.30') } })),
  },
  {
    name: 'an edge of more premium than the limits',
    rule: 'I8',
    change: inTables(({ limits }) => ({ limits: { ...limits, maxPremiumPerTrade: money('2') } })),
  },
]

/** Both markets of a box have paid: nothing is open any more. */
const settled = (paidMicros: number, pnlMicros: number): Evidence => {
  const evidence = soundEvidence(instead(LOCKED, [first(LOCKED), second(LOCKED, 1_000)]))
  const own = evidence.tables.lots.filter(({ tradeId }) => tradeId === LOCKED)
  const net = (markets: Readonly<Record<string, number>>): Readonly<Record<string, number>> => ({ ...markets, 'KX-1': 0, 7001: 0 })
  const gone = inTables(({ lots, claims }) => ({
    lots: lots.filter(({ tradeId }) => tradeId !== LOCKED),
    claims: claims.filter(({ holder }) => holder !== LOCKED),
    settlements: own.map(({ cost: _cost, ...place }, n) => ({ ...place, paid: n === 0 ? paidMicros : 0 })),
  }))(evidence)
  const closed = ofTrade(LOCKED, ({ result }) => ({
    pnlMicros,
    pnlKind: 'realised',
    result: { ...result, realisedPnl: pnlMicros } as TradeRow['result'],
  }))(gone)
  return { ...closed, venues: closed.venues.map((each) => ({ ...each, net: net(each.net) })) }
}

describe('what is found of results', () => {
  it.each(VECTORS)('$rule $name', (wrong) => expect(brokenBy(wrong)).toEqual(rulesOf(wrong)))
  it.each(LABELS)('$rule called $name', (wrong) => expect(brokenBy(wrong)).toEqual(rulesOf(wrong)))
  it.each(PROFITS)('$rule a profit: $name', (wrong) => expect(brokenBy(wrong)).toEqual(rulesOf(wrong)))

  it('I13 a profit that was paid out is its cash and its payouts', () => {
    expect(checkEvidence(settled(10_000_000, 730_000), HALTED)).toEqual([])
    expect(checkEvidence(settled(10_000_000, 729_999), HALTED)).toMatchObject([{ invariant: 'I13', tradeId: LOCKED }])
    expect(checkEvidence(settled(0, 730_000), HALTED)).toMatchObject([{ invariant: 'I13', tradeId: LOCKED }])
  })

  it('§5 a part of a contract that nothing can pair is dust, and missed may be what a venue calls absent', () => {
    const odd = instead(CURED, [first(CURED, 963), second(CURED, 900, 900)], { outcome: 'locked', locked: 900, flat: 0, dust: 63 })
    expect(checkEvidence(soundEvidence(odd), HALTED)).toEqual([])
    const absent = instead(EDGE, [], { outcome: 'missed', held: 0, reason: 'never-accepted: in no list' })
    expect(checkEvidence(soundEvidence(absent), HALTED)).toEqual([])
  })

  it('I9 a second leg that is one contract longer is told by what it answers, not by its result', () => {
    const longer = instead(LOCKED, [first(LOCKED, 900), second(LOCKED, 900)], { locked: 900 })
    expect(brokenBy({ name: '', rule: 'I6', change: same, lane: longer })).toEqual(new Set(['I3', 'I6']))
    const whole = instead(CURED, [first(CURED), second(CURED, 900), sale('c3', 200, 400)], { locked: 900, flat: 100 })
    expect(brokenBy({ name: '', rule: 'I3', change: same, lane: whole })).toEqual(new Set(['I3', 'I9', 'I13']))
  })
})

describe('ruling 13: an edge that was sold', () => {
  const sold = { ...sale('c2', 500, 400), id: `cb-${EDGE}-c2`, trade: EDGE } as const
  const lane = instead(EDGE, [EDGE_LEG, sold], { outcome: 'unwound', flat: 500, held: 0 })
  /** Its order is chosen by its sale, and by no cure. */
  const chosen = (isTold: boolean): Wrong['change'] =>
    ofSteps(EDGE, ({ steps }) => ({
      steps: steps.flatMap((step) => {
        if (step.name !== 'chooseCure') return [step]
        const { order } = (step.value as { readonly chosen?: { readonly order?: unknown } }).chosen ?? {}
        return step.kind === 'answered' && isTold ? [{ ...step, name: 'chooseSale', value: { kind: 'sell', order, netBid: 450_000 } }] : []
      }),
    }))
  it('is as sound as one that is held', () => {
    expect(brokenBy({ name: '', rule: 'I9', lane, change: chosen(true) })).toEqual(new Set())
  })
  it('I12 without a choice is none', () => {
    expect(brokenBy({ name: '', rule: 'I12', lane, change: chosen(false) })).toEqual(new Set(['I12']))
  })
  it('I9 may not be called held', () => {
    const change = all(chosen(true), called(EDGE, 'held', { flat: 0, held: 500 }))
    expect(brokenBy({ name: '', rule: 'I9', lane, change })).toEqual(new Set(['I9']))
  })
})
