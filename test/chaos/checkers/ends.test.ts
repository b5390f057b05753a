import { brokenBy, A1, B2, inTables, rows, isOrder, atVenue, ofTrade, posted, moved, type Wrong } from './changes'
import { BASE_MS, BEGAN, CURED, LOCKED, keyOf } from './legs'

const MONEY: readonly Wrong[] = [
  {
    name: 'a difference that nobody has explained',
    rule: 'break',
    change: inTables(() => ({ breaks: [{ venue: 'kalshi', kind: 'cash', subject: 'kalshi', detail: 'a cent', openedMs: BASE_MS }] })),
  },
  {
    name: 'a reserve without the dearest cure',
    rule: 'I7',
    change: posted((all) => all.map((each) => (each.id === `reserve:${LOCKED}:forecastex` ? moved(each, 5_200_000) : each))),
  },
  {
    name: 'a purchase from free cash while its trade runs',
    rule: 'I7',
    change: posted((all) =>
      all.map((each) =>
        each.id === `fill:${keyOf(A1)}`
          ? { ...each, legs: each.legs.map(([n, account, amount]) => [n, account.replace('reserved:', 'cash:'), amount] as const) }
          : each,
      ),
    ),
  },
  {
    name: 'a grant beyond the unpaired premium',
    rule: 'I8',
    change: inTables(({ limits }) => ({ limits: { ...limits, maxUnpairedPremiumTotal: 5_000_000 } })),
  },
  {
    name: 'a grant while a first leg is unpaired for too long',
    rule: 'I8',
    change: (evidence) => {
      const late = rows('trades')(
        (each) => each.tradeId === LOCKED,
        () => ({ endedMs: BEGAN.cured + 100 }),
      )(evidence)
      return atVenue('forecastex', ({ fills }) => ({ fills: fills.filter((fill) => fill.clientOrderId !== B2) }))(late)
    },
  },
  { name: 'an order that is open after its trade', rule: 'I9', change: rows('intents')(isOrder(A1), () => ({ state: 'unknown' })) },
  {
    name: 'an order that rests after its trade',
    rule: 'I9',
    change: atVenue('forecastex', ({ orders }) => ({
      orders: orders.map((each) => (each.clientOrderId === B2 ? { ...each, rests: true } : each)),
    })),
  },
  {
    name: 'a reserve that outlives its trade',
    rule: 'I9',
    change: posted((all) => all.filter(({ id }) => id !== `release:${LOCKED}:kalshi`)),
  },
  {
    name: 'a result that counts fewer contracts than were bought',
    rule: 'I9',
    change: rows('trades')(
      (each) => each.tradeId === CURED,
      ({ result }) => ({ result: result && { ...result, flat: 500 as never } }),
    ),
  },
  { name: 'lots that are not the net position', rule: 'I9', change: atVenue('kalshi', ({ net }) => ({ net: { ...net, 'KX-1': 900 } })) },
  {
    name: 'cash that is not the venue’s',
    rule: 'I9',
    change: atVenue('kalshi', ({ purses }) => ({ purses: { kalshi: (purses['kalshi'] ?? 0) + 1 } })),
  },
  {
    name: 'an opening after an acknowledged halt',
    rule: 'I10',
    change: (evidence) => evidence,
    struck: [{ atMs: BASE_MS, untilMs: BASE_MS + 20, kind: 'halt', name: 'venue:kalshi', at: 'reserved' }],
  },
  {
    name: 'a reduction that a halt of openings holds back',
    rule: 'I10',
    change: ofTrade(CURED, ({ steps }) => ({
      steps: steps.map((step) =>
        step.kind === 'answered' && step.n === 2 ? { ...step, value: { kind: 'rejected', reason: 'halted', detail: '' } } : step,
      ),
    })),
  },
]

describe('what is found of reserves, ends and halts', () => {
  it.each(MONEY)('$rule $name', (wrong) => {
    expect(brokenBy(wrong)).toContain(wrong.rule)
  })
})
