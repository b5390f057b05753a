import { marketId } from '../../src/core/ids'
import { money } from '../../src/core/units'
import { WORKFLOWS, type SettlementReport } from '../../src/workflows/messages'
import { rigOfFile } from './rig'

let ingestions = 0
let report: SettlementReport = { settled: [], waiting: [] }
const touched: string[] = []
const touch = (how: string): Promise<void> => {
  touched.push(how)
  return Promise.resolve()
}
const rig = rigOfFile({
  ingestListings: () =>
    ++ingestions === 1 ? Promise.reject(new Error('503 from Kalshi')) : Promise.resolve({ kalshi: 12, forecastex: 8 }),
  settleMarkets: () => Promise.resolve(report),
  warmLocally: () => touch('locally'),
  warmRegularly: () => touch('regularly'),
})

describe('ingestMarkets', () => {
  it('tells how many listings were stored, after as many attempts as it took', async () => {
    expect(await rig.runOther(WORKFLOWS.ingestMarkets)).toEqual({ kalshi: 12, forecastex: 8 })
    expect([ingestions, await rig.details(WORKFLOWS.ingestMarkets)]).toEqual([2, '- kalshi: 12 listings\n- forecastex: 8 listings'])
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
