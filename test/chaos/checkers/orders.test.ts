import { brokenBy, rulesOf, A1, B2, C3, rows, sightings, isOrder, both, atVenue, ofTrade, alarm, type Wrong } from './changes'
import { BASE_MS, BEGAN, CURED, LOCKED, NOT_AFTER_MS } from './legs'
import { soundEvidence } from './sound'

const BYTES: readonly Wrong[] = [
  {
    name: 'bytes of an id that arrive twice',
    rule: 'I1',
    change: (evidence) => ({ ...evidence, arrived: [...evidence.arrived, ...evidence.arrived.filter(isOrder(A1))] }),
  },
  {
    name: 'bytes of an id that leave twice',
    rule: 'I1',
    change: (evidence) => ({
      ...evidence,
      sent: [...evidence.sent, ...evidence.sent.filter(isOrder(B2)).map((each) => ({ ...each, n: 99 }))],
    }),
  },
  {
    name: 'captures without an order that arrived',
    rule: 'I1',
    change: (e) => ({ ...e, sent: e.sent.filter((each) => !isOrder(B2)(each)) }),
  },
  { name: 'captures that tell nothing', rule: 'I1', change: (e) => ({ ...e, sent: [] }) },
  {
    name: 'an order at a venue that nobody saw leave',
    rule: 'I1',
    change: (e) => ({ ...e, sent: e.sent.filter((each) => !isOrder(B2)(each)), arrived: e.arrived.filter((each) => !isOrder(B2)(each)) }),
  },
  { name: 'an id that arrives as something else', rule: 'I1', change: sightings('arrived', isOrder(B2), () => ({ yesPrice: 4_900 })) },
  { name: 'an id beyond its intent', rule: 'I1', change: both(C3, () => ({ yesPrice: 3_700 })) },
  { name: 'a venue that knows an id already', rule: 'I1', change: (e) => ({ ...e, alarms: [alarm('duplicate order id on first send')] }) },
  {
    name: 'an order before an earlier one of its market was over',
    rule: 'I2',
    change: atVenue('kalshi', ({ orders }) => ({
      orders: orders.map((order) => (order.clientOrderId === `cb-${CURED}-a1` ? { ...order, endedMs: BEGAN.cured + 600 } : order)),
    })),
  },
  {
    name: 'an earlier order that fills after a later one left',
    rule: 'I2',
    also: ['I3', 'I6'],
    change: atVenue('kalshi', ({ fills }) => ({
      fills: fills.map((fill) => (fill.clientOrderId === `cb-${CURED}-a1` ? { ...fill, atMs: BEGAN.cured + 600 } : fill)),
    })),
  },
  { name: 'an opening of more than was granted', rule: 'I3', also: ['I1'], change: both(A1, () => ({ quantity: 1_100 })) },
  { name: 'a reduction of more than is unpaired', rule: 'I3', also: ['I1'], change: both(C3, () => ({ quantity: 700 })) },
  {
    name: 'bytes of a trade that was refused',
    rule: 'I3',
    also: ['I7'],
    change: rows('trades')(
      (each) => each.tradeId === LOCKED,
      () => ({ reservation: 'refused' }),
    ),
  },
  {
    name: 'bytes after the not-after',
    rule: 'I4',
    change: sightings('sent', isOrder(B2), () => ({ atMs: BEGAN.locked + NOT_AFTER_MS + 50 })),
  },
  {
    name: 'bytes that a frozen process lets go when it wakes',
    rule: 'I4',
    change: sightings('arrived', isOrder(B2), () => ({ atMs: BEGAN.locked + NOT_AFTER_MS + 5_000 })),
  },
  {
    name: 'a process that sends after its successor has',
    rule: 'I4',
    change: sightings('sent', isOrder(B2), () => ({ by: 'streaming-main-101' })),
  },
  {
    name: 'an opening under a halt epoch that its process knew to be over',
    rule: 'I4',
    change: (evidence) => ({ ...evidence, told: [{ by: 'streaming-main-100', n: 5, atMs: BASE_MS, epoch: 5, scopes: ['all'] }] }),
  },
  {
    name: 'an absence that is said too early',
    rule: 'I5',
    change: ofTrade(LOCKED, ({ steps }) => ({
      steps: steps.map((step) =>
        step.kind === 'answered' && step.n === 0 ? { ...step, value: { kind: 'rejected', reason: 'never-accepted' } } : step,
      ),
    })),
  },
  { name: 'an order called dead that filled', rule: 'I5', change: rows('intents')(isOrder(B2), () => ({ state: 'rejected' })) },
  {
    name: 'a second leg of more than the first one answered',
    rule: 'I6',
    change: ofTrade(LOCKED, ({ steps }) => ({
      steps: steps.map((step) => (step.kind === 'answered' && step.n === 0 ? { ...step, value: { kind: 'done', filled: 950 } } : step)),
    })),
  },
]

describe('what is found of orders', () => {
  it.each(BYTES)('$rule $name', (wrong) => {
    expect(brokenBy(wrong)).toEqual(rulesOf(wrong))
  })
  it.each([
    ['holder', false],
    ['postgres', true],
  ])('I1 captures may lack the last moments of a %s that was stopped: its stack ends a holder', (name, isFound) => {
    const change: Wrong['change'] = (e) => ({ ...e, sent: e.sent.filter((each) => !isOrder(B2)(each)) })
    const atMs = soundEvidence().arrived.find(isOrder(B2))?.atMs ?? 0
    const struck = [{ atMs: atMs + 10, untilMs: atMs + 6_000, kind: 'stop', name, at: 'test' }] as const
    expect(brokenBy({ name: '', rule: 'I1', change, struck }).has('I1')).toBe(isFound)
  })
})
