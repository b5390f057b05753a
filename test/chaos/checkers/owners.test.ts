import { brokenBy, rulesOf, A1, B2, inTables, rows, isOrder, atVenue, ofTrade, posted, alarm, type Wrong, KEYS } from './changes'
import { BASE_MS, CURED, LOCKED } from './legs'

const OWNERS: readonly Wrong[] = [
  {
    name: 'an open trade that no workflow runs',
    rule: 'I11',
    change: rows('trades')(
      (t) => t.tradeId === CURED,
      () => ({ reservation: 'granted', endedMs: null }),
    ),
  },
  {
    name: 'a trade with two owners',
    rule: 'I11',
    change: (evidence) => ({
      ...evidence,
      workflows: evidence.workflows.flatMap((each) => [
        { ...each, status: 'running', startedMs: BASE_MS + 50_000 },
        { ...each, status: 'running', startedMs: BASE_MS + 50_000, workflowId: `cure-${each.tradeId}` },
      ]),
    }),
  },
  {
    name: 'an exclusive claim of a trade that is over',
    rule: 'I11',
    change: rows('claims')(
      (c) => c.holder === LOCKED,
      () => ({ state: 'exclusive' }),
    ),
  },
  {
    name: 'a claim over nothing',
    rule: 'I11',
    also: ['I9'],
    change: inTables(({ lots }) => ({ lots: lots.filter(({ market }) => market !== 'KX-1') })),
  },
  { name: 'a lot without a claim', rule: 'I11', change: inTables(({ claims }) => ({ claims: claims.slice(1) })) },
  {
    name: 'a cure beyond what the budget leaves',
    rule: 'I12',
    change: ofTrade(CURED, ({ steps }) => ({
      steps: steps.map((each) =>
        each.name === 'chooseCure' && each.kind === 'answered' ? { ...each, value: { ...(each.value as object), budgetLeft: 1 } } : each,
      ),
    })),
  },
  {
    name: 'a cure that was not chosen before',
    rule: 'I12',
    change: ofTrade(CURED, ({ steps }) => ({ steps: steps.filter(({ name }) => name !== 'chooseCure') })),
  },
  {
    name: 'an execution that is not booked',
    rule: 'I13',
    change: inTables(({ fills }) => ({ fills: fills.filter((fill) => !isOrder(B2)(fill)) })),
  },
  {
    name: 'an execution that is booked twice',
    rule: 'I13',
    change: inTables(({ fills }) => ({ fills: [...fills, ...fills.filter(isOrder(B2))] })),
  },
  { name: 'an execution booked at another price', rule: 'I13', change: rows('fills')(isOrder(B2), () => ({ price: 5_100 })) },
  { name: 'an execution booked with another fee', rule: 'I13', change: rows('fills')(isOrder(B2), () => ({ fee: 1 })) },
  {
    name: 'a booked execution that no venue tells',
    rule: 'I13',
    change: inTables(({ fills }) => ({
      fills: [...fills, ...fills.filter(isOrder(B2)).map((fill) => ({ ...fill, key: 'forecastex|DU1|o|x' }))],
    })),
  },
  {
    name: 'an execution that is posted twice',
    rule: 'I13',
    also: ['I9'],
    change: posted((all) => [...all, ...all.filter(({ id }) => id === `fill:${KEYS[A1]}`).map((t) => ({ ...t, id: `${t.id}:2` }))]),
  },
  {
    name: 'a profit that its executions do not explain',
    rule: 'I13',
    change: rows('trades')(
      (t) => t.tradeId === LOCKED,
      () => ({ pnlMicros: 1 }),
    ),
  },
  {
    name: 'a transfer that does not sum to zero',
    rule: 'I13',
    also: ['I9'],
    change: posted((all) => all.map((each, n) => (n === 0 ? { ...each, legs: each.legs.slice(1) } : each))),
  },
  {
    name: 'a balance that its postings do not explain',
    rule: 'I13',
    change: inTables(({ balances }) => ({ balances: { ...balances, transit: 1 } })),
  },
  {
    name: 'a row that was rewritten',
    rule: 'I13',
    change: rows('transfers')(
      ({ id }) => id === 'opening:kalshi',
      () => ({ memo: '{"a": 1}' }),
    ),
  },
  { name: 'a link that was taken out', rule: 'I13', change: inTables(({ links }) => ({ links: links.filter(({ seq }) => seq !== 3) })) },
  {
    name: 'a row that was put in past the chain',
    rule: 'I13',
    change: inTables(({ audits }) => ({ audits: [...audits, ...audits.map((each) => ({ ...each, seq: '2' }))] })),
  },
  {
    name: 'a loss beyond the budget that nobody was told of',
    rule: 'budget',
    also: ['I12'],
    change: rows('trades')(
      (t) => t.tradeId === CURED,
      ({ plan }) => ({ plan: { ...plan, lossBudget: 100 as never } }),
    ),
  },
  {
    name: 'a saga that does not get on',
    rule: 'stuck',
    change: ofTrade(LOCKED, () => ({ status: 'running', endedMs: null, startedMs: BASE_MS - 900_000 })),
  },
  { name: 'a saga that failed', rule: 'stuck', change: ofTrade(LOCKED, () => ({ status: 'failed' })) },
  { name: 'what a process calls a bug', rule: 'bug', change: (e) => ({ ...e, alarms: [alarm('bug: fills cannot be booked now')] }) },
  {
    name: 'a trade that is said to have ended by one',
    rule: 'bug',
    change: (e) => ({ ...e, alarms: [alarm('a trade ended by a bug: its workflow is stuck or failed')] }),
  },
  { name: 'a venue that contradicts itself', rule: 'simulator', change: atVenue('forecastex', () => ({ violations: ['cash is off'] })) },
]

describe('what is found of owners, budgets and the ledger', () => {
  it.each(OWNERS)('$rule $name', (wrong) => {
    expect(brokenBy(wrong)).toEqual(rulesOf(wrong))
  })
})
