import { FAILURES } from '../../../../src/core/failures'
import { millis, money } from '../../../../src/core/units'
import { settleMarket } from '../../../../src/stores/postgres/settlement'
import { readTrade } from '../../../../src/stores/postgres/trades'
import type { BoxPlan } from '../../../../src/core/trade/plan'
import { freshLedger } from '../support/ledger'
import { lockedBox } from '../support/trades'
import { Exchange, MARKET, NEVER } from './exchange'

const ledger = freshLedger()
let exchange: Exchange
const opened = async (settings: object = {}): Promise<Exchange> => (exchange = await Exchange.open(ledger(), settings))
afterEach(() => exchange.close())
const pnl = async ({ tradeId }: BoxPlan): Promise<unknown[]> => {
  const row = await readTrade(ledger().database, tradeId)
  return [row?.pnlKind, row?.pnlMicros]
}
const alarms = (): string[] => exchange.log.messages('error')

describe('§8 how a market ends at Kalshi, on its own sockets: the ledger has its cash to the micro-dollar', () => {
  it.each([
    ['yes', '20 contracts win', '1 lots 20'],
    ['no', '20 contracts lose', '1 lots 0'],
  ])('%s: %s', async (result, _what, posted) => {
    await opened()
    await exchange.trade('20')
    expect(await exchange.run()).toEqual([[], []])
    await exchange.event('settle', result)
    expect(await exchange.run()).toEqual([[posted], []])
    expect(await exchange.run()).toEqual([[], []])
    expect(await exchange.apart()).toBe(0)
    expect(alarms()).toEqual([])
  })

  it('void at a fair price: whole cents of the whole position, shared out over the trades that hold it', async () => {
    await opened()
    const [first, second] = [await exchange.trade('33'), await exchange.trade('34')]
    await exchange.event('settle', 'scalar', '0.3333')
    expect(await exchange.run()).toEqual([['2 lots 22.33'], []])
    expect(await exchange.apart()).toBe(0)
    expect(await ledger().column('select paid_micros from settlement order by trade_id')).toEqual([10_998_358, 11_331_642])
    expect([(await pnl(first))[0], (await pnl(second))[0]]).toEqual(['realised', 'realised'])
    expect(alarms()).toEqual([])
  })

  it('determined, disputed and amended pay nothing until it is final', async () => {
    await opened()
    await exchange.trade('20')
    await exchange.event('determine', 'yes')
    expect(await exchange.run()).toEqual([[], []])
    await exchange.event('dispute')
    expect(await exchange.run()).toEqual([[], []])
    await exchange.event('amend', 'no')
    expect(await exchange.run()).toEqual([[], []])
    await exchange.event('settle', 'no')
    expect(await exchange.run()).toEqual([['1 lots 0'], []])
    expect(await exchange.apart()).toBe(0)
  })

  it('final before the historical cutoff, while nobody looked: its archive tells the result', async () => {
    await opened({ historical_cutoff: '+1h' })
    await exchange.trade('20')
    await exchange.event('settle', 'yes')
    expect((await exchange.sim.anyone.get(`/markets/${MARKET}`)).status).toBe(404)
    expect(await exchange.run()).toEqual([['1 lots 20'], []])
    expect(await exchange.apart()).toBe(0)
  })
})

describe('§8 a result that Kalshi changes after it was posted', () => {
  it.each([
    ['no', undefined, '1 lots -20', 0],
    ['scalar', '0.3333', '1 lots -13.34', 6_660_000],
  ])('to %s (%s): reversed as it was, and posted anew', async (result, value, posted, paid) => {
    await opened()
    await exchange.trade('20')
    await exchange.event('settle', 'yes')
    await exchange.run()
    await exchange.event('amend_settlement', result, value)
    expect(await exchange.run()).toEqual([[posted], []])
    expect(await exchange.run()).toEqual([[], []])
    expect(await exchange.apart()).toBe(0)
    expect(await ledger().column('select paid_micros from settlement')).toEqual([paid])
    expect(alarms()).toEqual(['Kalshi has changed a result: reversed and posted anew'])
  })

  it('of lots that were paid in two parts, void, and back', async () => {
    await opened()
    const plan = await exchange.trade('33', true)
    const late = await exchange.buy('34')
    await exchange.event('settle', 'scalar', '0.3333')
    expect((await exchange.run())[1]).toEqual([expect.stringContaining('our lots are 33.00; a trade runs in it')])
    await exchange.bookFill(plan, late)
    expect(await exchange.run()).toEqual([['1 lots 22.33'], []])
    await exchange.end(plan, '67')
    await exchange.event('amend_settlement', 'yes')
    expect(await exchange.run()).toEqual([['1 lots 44.67'], []])
    await exchange.event('amend_settlement', 'scalar', '0.0101')
    expect(await exchange.run()).toEqual([['1 lots -66.33'], []])
    expect(await exchange.apart()).toBe(0)
    expect(await pnl(plan)).toEqual(['realised', expect.any(Number)])
  })

  it('leaves the pair’s other leg as it was paid: no leg is cash for the other', async () => {
    await opened()
    const plan = await exchange.trade('20')
    await lockedBox(ledger(), { id: 'other', kalshi: 'KXU3-T9', forecastex: '900', subject: 'u9' })
    await settleMarket(ledger().database, 'forecastex', '900' as typeof MARKET, money('0'), millis(Date.now()), NEVER)
    await exchange.event('settle', 'yes')
    expect((await exchange.run())[0]).toEqual(['1 lots 20'])
    await exchange.event('amend_settlement', 'no')
    expect((await exchange.run())[0]).toEqual(['1 lots -20'])
    expect(await ledger().column(`select paid_micros from settlement where venue = 'forecastex'`)).toEqual([100_000_000])
    expect((await pnl(plan))[0]).toBe('realised')
  })
})

describe('a record that is not what the ledger holds', () => {
  it('of more contracts than ours posts nothing, and alarms once', async () => {
    await opened()
    await exchange.trade('20')
    await exchange.buy('5')
    await exchange.event('settle', 'yes')
    for (let run = 0; run < 2; run += 1)
      expect(await exchange.run()).toEqual([[], [`${MARKET}: it has settled 25.00 (YES), our lots are 20.00: a person must look`]])
    expect(alarms()).toEqual([FAILURES.payoutDiffers])
    expect(await ledger().column('select 1 from settlement')).toEqual([])
  })

  it('waits while a trade runs that may have more to book', async () => {
    await opened()
    const plan = await exchange.trade('20', true)
    const late = await exchange.buy('5')
    await exchange.event('settle', 'yes')
    expect((await exchange.run())[1]).toEqual([expect.stringContaining('a trade runs in it, and may have more to book')])
    await exchange.bookFill(plan, late)
    expect(await exchange.run()).toEqual([['1 lots 25'], []])
    await exchange.end(plan, '25')
    expect(await exchange.apart()).toBe(0)
    expect(alarms()).toEqual([])
  })

  it('with other fees than those of our fills alarms: the payout stands', async () => {
    await opened()
    await exchange.trade('20', false, { fee: '0.30' })
    await exchange.event('settle', 'yes')
    const [settled, waiting] = await exchange.run()
    expect(settled).toEqual(['1 lots 20'])
    expect(waiting).toEqual([expect.stringContaining('fees of $0.3495, those of the fills are $0.30: a person must look')])
    expect(alarms()).toEqual([FAILURES.payoutDiffers])
  })
})
