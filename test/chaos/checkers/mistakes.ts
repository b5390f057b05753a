import type { Evidence, Step } from '../../../src/chaos/evidence/evidence'
import type { Violation } from '../../../src/chaos/checkers/violation'
import { A1, all, B2, C3, fromCash, inTables, isOrder, KEYS, ofTrade, posted, rows, unbooked, type Wrong } from './changes'
import { BEGAN, CURED, first, instead, LOCKED, sale, second } from './legs'
import { chained } from './postings'
import { orderOf } from './sound'

/** What a mistake of a saga (test/saga/mutants.ts, by its name there) leaves in the evidence, and exactly the rules that tell of it. */
export interface Left {
  readonly lane?: Wrong['lane']
  readonly change?: Wrong['change']
  readonly rules: readonly Violation['invariant'][]
}
/** Why nothing outside can show it. */
export interface Unseen {
  readonly unseen: string
}

const B_OF_CURED = `cb-${CURED}-b2`
const LOST = `cb-${LOCKED}-a1`
const dead = (id: string): Wrong['change'] => rows('intents')(isOrder(id), () => ({ state: 'rejected', filled: 0 }))
const answered = (trade: string, n: number, value: unknown): Wrong['change'] =>
  ofTrade(trade, ({ steps }) => ({ steps: steps.map((step) => (step.kind === 'answered' && step.n === n ? { ...step, value } : step)) }))
const also = (trade: string, ...more: readonly Step[]): Wrong['change'] =>
  ofTrade(trade, ({ steps }) => ({ steps: [...steps, ...more].toSorted((a, b) => a.atMs - b.atMs) }))
const told = (trade: typeof LOCKED | typeof CURED, scope: string): Wrong['change'] =>
  also(trade, { kind: 'told', n: 300, name: 'halt', value: [{ scope }], atMs: BEGAN[trade] + 60 })
const UNKNOWN = { kind: 'unknown', cause: 'timeout' }

/** An operator's word on an order, in the audit's chain. */
const verdictOn = (id: string): Wrong['change'] =>
  inTables(({ audits, transfers }) => {
    const detail = JSON.stringify({ order: id })
    const signed = [...audits, { seq: '2', atMs: String(BEGAN.locked), by: 'ann', role: 'operator', action: 'verdict', detail }]
    return { audits: signed, ...chained(transfers, signed) }
  })

const refused: Wrong['change'] = all(
  rows('trades')(
    ({ tradeId }) => tradeId === LOCKED,
    () => ({ reservation: 'refused' }),
  ),
  posted((transfers) =>
    transfers
      .filter(({ tradeId, kind }) => tradeId !== LOCKED || !['reserve', 'release'].includes(kind))
      .map((row) => (row.tradeId === LOCKED ? fromCash(row) : row)),
  ),
)
const unclosed = (trade: typeof LOCKED | typeof CURED): Wrong['change'] =>
  all(
    rows('trades')(
      ({ tradeId }) => tradeId === trade,
      () => ({ reservation: 'granted', endedMs: null, result: null, outcome: null, pnlKind: 'open' }),
    ),
    rows('claims')(
      ({ holder }) => holder === trade,
      () => ({ state: 'exclusive' }),
    ),
    posted((transfers) => transfers.filter(({ tradeId, kind }) => tradeId !== trade || kind !== 'release')),
  )
/** Its saga asks, ever more slowly, for a cure that the order port refuses for its lots. */
const askedForEver: Wrong['change'] = all(
  ofTrade(CURED, () => ({ status: 'running', endedMs: null, startedMs: BEGAN.cured - 900_000 })),
  also(
    CURED,
    ...[400, 1_400].flatMap((afterMs, n): readonly Step[] => [
      { kind: 'asked', n: 60 + n, name: 'place', value: [orderOf(sale('c3', 600, afterMs))], atMs: BEGAN.cured + afterMs },
      {
        kind: 'answered',
        n: 60 + n,
        name: 'place',
        value: { kind: 'rejected', reason: 'lots', detail: '' },
        atMs: BEGAN.cured + afterMs + 10,
      },
    ]),
  ),
)
const requoted: Wrong['change'] = ofTrade(CURED, ({ steps }) => ({
  steps: steps.map((step) => (step.name === 'chooseCure' && step.kind === 'asked' ? { ...step, value: [{}, 0, 'requote'] } : step)),
}))
/** The wait that was answered, in the place of which a saga held. */
const waited: Wrong['change'] = also(
  CURED,
  { kind: 'asked', n: 95, name: 'chooseCure', value: [{}, 2_000_000, 'requote'], atMs: BEGAN.cured + 300 },
  {
    ...{ kind: 'answered', n: 95, name: 'chooseCure', atMs: BEGAN.cured + 320 },
    value: { chosen: { way: 'wait', state: 'over-budget', loss: 0 }, over: [], budgetLeft: 2_000_000 },
  },
)
const renumbered = (evidence: Evidence): Evidence => ({
  ...evidence,
  sent: [...evidence.sent, ...evidence.sent.filter(isOrder(C3)).map((order) => ({ ...order, n: 99, quantity: 300 }))],
})
const twice = (evidence: Evidence): Evidence => ({
  ...evidence,
  sent: [...evidence.sent, ...evidence.sent.filter(isOrder(A1)).map((order) => ({ ...order, n: 99 }))],
})

export const MISTAKES: Readonly<Record<string, Left | Unseen>> = {
  'I6 leg 2 is sized by the plan': {
    lane: instead(LOCKED, [first(LOCKED, 900), second(LOCKED, 900)], { locked: 900 }),
    rules: ['I3', 'I6'],
  },
  'E15 a cure is sized by answers, not by finals': {
    lane: instead(CURED, [{ ...first(CURED), told: 900 }, second(CURED, 400, 900), sale('c3', 500, 400)], { flat: 500 }),
    rules: ['I9', 'I13'],
  },
  'E12 an unknown order is taken for dead, and the next one sent': {
    lane: instead(CURED, [first(CURED), second(CURED, 400), sale('c3', 1_000, 400)], { outcome: 'unwound', locked: 0, flat: 1_000 }),
    change: all(answered(CURED, 1, UNKNOWN), dead(B_OF_CURED), unbooked(B_OF_CURED)),
    rules: ['I3', 'I5', 'I9', 'I13'],
  },
  'I1 a lost answer is answered by sending again': { change: twice, rules: ['I1'] },
  'I3 a cure is not counted': {
    lane: instead(CURED, [first(CURED), second(CURED, 400), sale('c3', 600, 400), sale('c4', 600, 900, 400)], {
      flat: 400,
      held: 200,
      outcome: 'held',
    }),
    rules: ['I3', 'I9', 'I12'],
  },
  'I9 the close is skipped': { change: unclosed(LOCKED), rules: ['I11'] },
  'E14 an order is made final twice': { unseen: 'fills are booked by the name of their execution: a repetition changes nothing' },
  'E14 a cure comes before its trade is final': {
    lane: instead(CURED, [first(CURED), second(CURED, 400)], { outcome: 'locked', locked: 1_000, flat: 0 }),
    change: all(unbooked(`cb-${CURED}-a1`), unbooked(B_OF_CURED)),
    rules: ['I9', 'I13', 'budget'],
  },
  'E14 a refusal for lots is taken for any other': {
    lane: instead(CURED, [first(CURED), second(CURED, 500)]),
    change: all(answered(CURED, 51, 400), unclosed(CURED), askedForEver),
    rules: ['stuck'],
  },
  'E26 a halt is not heard': { change: told(LOCKED, 'venue:forecastex'), rules: ['I10'] },
  'E26 a halt of everything stops the second leg too': {
    lane: instead(CURED, [first(CURED), sale('c3', 1_000, 400)], { outcome: 'unwound', locked: 0, flat: 1_000 }),
    change: told(CURED, 'all'),
    rules: ['I6'],
  },
  'E5 a refusal is not heard': { change: refused, rules: ['I3'] },
  'E23 what is left is held although nobody chose it': {
    lane: instead(CURED, [first(CURED), second(CURED, 400)], { outcome: 'held', flat: 0, held: 600 }),
    change: waited,
    rules: ['I12', 'budget'],
  },
  'E23 cures are chosen with the whole budget each time': {
    lane: instead(CURED, [first(CURED), second(CURED, 400), sale('c3', 300, 400), sale('c4', 300, 900)]),
    rules: ['I12'],
  },
  'E22 a cure that fills nothing is repeated without a pause': {
    lane: instead(CURED, [first(CURED), second(CURED, 400), sale('c3', 600, 400, 0), sale('c4', 600, 600)]),
    rules: ['E22'],
  },
  'E22 the plan is re-quoted again and again': {
    lane: instead(CURED, [first(CURED), second(CURED, 400), sale('c3', 600, 400, 0), sale('c4', 600, 900)]),
    change: requoted,
    rules: ['E22'],
  },
  'E2 orders are counted instead of numbered': { change: renumbered, rules: ['I1'] },
  'E12 the venue is asked about an order although a verdict stands': {
    unseen: 'a question leaves nothing behind, and its answer is what the venue says',
  },
  'E12 a verdict is taken for a proof': { change: verdictOn(B2), rules: ['I9'] },
  'E25 what nobody has heard of is taken for dead': {
    lane: instead(LOCKED, [first(LOCKED)], { outcome: 'missed', locked: 0 }),
    change: all(answered(LOCKED, 0, UNKNOWN), dead(LOST), unbooked(LOST)),
    rules: ['I5', 'I9', 'I13', 'budget'],
  },
  'E25 only the two legs are taken over': {
    lane: instead(CURED, [first(CURED), second(CURED, 400), sale('c3', 600, 400), sale('c4', 600, 900, 0)]),
    rules: ['I3', 'I12'],
  },
  'E14 what is final is made final again': { unseen: 'fills are booked by the name of their execution: a repetition changes nothing' },
  'E14 the successor spends what is left of its predecessor’s budget': {
    change: also(CURED, { kind: 'answered', n: 80, name: 'takeOver', value: { lossBudget: 600_000 }, atMs: BEGAN.cured + 10 }),
    rules: ['I12'],
  },
  'E12 earlier verdicts are forgotten': { change: verdictOn(A1), rules: ['I9'] },
}

/** Beside those: the mistakes of whoever books, counts or sends for a saga. */
export const OTHERS: Readonly<Record<string, Left>> = {
  'a fill is booked twice': {
    change: posted((transfers) => [
      ...transfers,
      ...transfers.filter(({ id }) => id === `fill:${KEYS[B2]}`).map((row) => ({ ...row, id: `${row.id}:2` })),
    ]),
    rules: ['I9', 'I13'],
  },
  'a second leg of one contract more is asked for, and the order port refuses it': {
    lane: instead(LOCKED, [first(LOCKED, 900), { ...second(LOCKED, 900, 900), id: `cb-${LOCKED}-c3`, afterMs: 400 }], { locked: 900 }),
    change: also(
      LOCKED,
      {
        ...{ kind: 'asked', n: 40, name: 'place', atMs: BEGAN.locked + 80 },
        value: [{ clientOrderId: B2, tradeId: LOCKED, venue: 'forecastex', purpose: 'reducing', quantity: 1_000 }],
      },
      { kind: 'answered', n: 40, name: 'place', value: { kind: 'rejected', reason: 'guard', detail: '' }, atMs: BEGAN.locked + 90 },
    ),
    rules: ['I6'],
  },
  'a second leg is one contract shorter than the answer': {
    lane: instead(LOCKED, [first(LOCKED), second(LOCKED, 900, 900), { ...second(LOCKED, 100, 100), id: `cb-${LOCKED}-c3`, afterMs: 400 }]),
    rules: ['I6'],
  },
}
