import { marketId } from '../../src/core/ids'
import { money } from '../../src/core/units'
import { WORKFLOWS, type IngestedProduct, type ProposedPairs, type SettlementReport } from '../../src/workflows/messages'
import { rigOfFile } from './rig'

let ingestions = 0
const looks: string[] = []
const PRODUCTS: Readonly<Record<string, IngestedProduct>> = {
  UNR: { symbol: 'UNR', questions: 4, added: 1, delisted: 0, changes: ['UNR 20261204 4.5 (751): strike was 4.4, is 4.5'], problems: [] },
  CPI: { symbol: 'CPI', questions: 0, added: 0, delisted: 0, changes: [], problems: ['the permission is missing'] },
}
const PAIRS: ProposedPairs = {
  ...{ markets: { kalshi: 12, forecastex: 4 }, notRead: 3 },
  ...{ added: 4, changed: 1, unchanged: 2, suspended: ['u3-4.1: its text is another one'] },
}
const PAIRS_SHOWN = [
  '- pairs: 4 proposed, 1 proposed anew, 2 as before, 1 suspended',
  '  - suspended: u3-4.1: its text is another one',
  '  - of 16 open markets 3 were not understood',
]
let report: SettlementReport = { settled: [], waiting: [] }
const touched: string[] = []
const touch = (how: string): Promise<void> => {
  touched.push(how)
  return Promise.resolve()
}
const rig = rigOfFile({
  ingestListings: () => (++ingestions === 1 ? Promise.reject(new Error('503 from Kalshi')) : Promise.resolve({ kalshi: 12 })),
  listProducts: () => Promise.resolve(['UNR', 'FF', 'CPI']),
  ingestProduct: (symbol: string) => {
    looks.push(symbol)
    return PRODUCTS[symbol] ? Promise.resolve(PRODUCTS[symbol]) : Promise.reject(new Error('the session ended'))
  },
  proposePairs: () => Promise.resolve(PAIRS),
  settleMarkets: () => Promise.resolve(report),
  warmLocally: () => touch('locally'),
  warmRegularly: () => touch('regularly'),
})

describe('ingestMarkets', () => {
  it('tells how many listings were stored, after as many attempts as it took, and which pairs they suggest', async () => {
    expect(await rig.runOther(WORKFLOWS.ingestMarkets)).toEqual({ listings: { kalshi: 12 }, pairs: PAIRS })
    expect(ingestions).toBe(2)
    expect((await rig.details(WORKFLOWS.ingestMarkets)).split('\n')).toEqual(['- kalshi: 12 listings', ...PAIRS_SHOWN])
  })
})

describe('ingestContracts', () => {
  it('tells what each product has, what changed and why one cannot be read, which keeps no other out', async () => {
    const unread = { symbol: 'FF', questions: 0, added: 0, delisted: 0, changes: [], problems: ['not read: the session ended'] }
    const products = [PRODUCTS['UNR'], unread, PRODUCTS['CPI']]
    expect(await rig.runOther(WORKFLOWS.ingestContracts)).toEqual({ products, pairs: PAIRS })
    expect(looks).toEqual(['UNR', 'FF', 'FF', 'FF', 'CPI'])
    expect((await rig.details(WORKFLOWS.ingestContracts)).split('\n')).toEqual([
      '- UNR: 4 questions, 1 new, 0 gone',
      '  - changed: UNR 20261204 4.5 (751): strike was 4.4, is 4.5',
      '- FF: 0 questions, 0 new, 0 gone',
      '  - not read: the session ended',
      '- CPI: 0 questions, 0 new, 0 gone',
      '  - the permission is missing',
      ...PAIRS_SHOWN,
    ])
  })
})

describe('settle', () => {
  it('says so when there is nothing', async () => {
    expect(await rig.runOther(WORKFLOWS.settle)).toEqual({ settled: [], waiting: [] })
    expect(await rig.details(WORKFLOWS.settle)).toBe('nothing to settle')
  })

  it('tells what was posted and what still waits, and why', async () => {
    report = {
      settled: [{ venue: 'kalshi', market: marketId('KXU3-25MAR-T4.1'), paid: money('10'), lots: 2 }],
      waiting: ['ForecastEx still holds 751'],
    }
    expect(await rig.runOther(WORKFLOWS.settle)).toEqual(report)
    expect(await rig.details(WORKFLOWS.settle)).toBe('- kalshi KXU3-25MAR-T4.1: $10.00 for 2 lots\n- waiting: ForecastEx still holds 751')
  })
})

describe('warmUp', () => {
  it('walks the path of a trade and calls nothing of a trade', async () => {
    await rig.runOther(WORKFLOWS.warmUp)
    expect(touched).toEqual(['locally', 'regularly', 'regularly'])
  })
})
