import { OptionType, SecType } from '@stoqey/ib'
import { contract, described, IbClient, NO, RawClient, section, start, stopAll, YES } from './rig'

afterEach(stopAll)

const up = async (ibkr = section()): Promise<IbClient> => {
  const client = new IbClient((await start(ibkr)).port)
  await client.up()
  return client
}

describe('contract details', () => {
  it('describes a YES contract as the sheet says', async () => {
    const client = await up()
    const log = await client.end('contractDetailsEnd', () => client.api.reqContractDetails(11, described(OptionType.Call)))
    expect(log).toHaveLength(2)
    expect(log[0]?.[2]).toMatchObject({
      contract: {
        conId: YES,
        symbol: 'FF',
        secType: 'OPT',
        strike: 3.625,
        right: 'C',
        exchange: 'FORECASTX',
        currency: 'USD',
        multiplier: 1,
      },
      minTick: 0.01,
      underConId: 658663572,
      longName: 'US Fed Funds Target Rate',
      realExpirationDate: '20301209',
      timeZoneId: 'US/Central',
      marketRuleIds: '67',
    })
    expect(log[0]?.[2]).toHaveProperty('contract.lastTradeDateOrContractMonth', '20301209 13:00:00 US/Central')
    expect(log[0]?.[2]).toHaveProperty('tradingHours', expect.stringMatching(/^20261121:0000-20261122:0000;/))
  })

  it.each([
    ['nothing more', {}, [YES, NO]],
    ['right', { right: OptionType.Put }, [NO]],
    ['strike', { strike: 3.625 }, [YES, NO]],
    ['month', { lastTradeDateOrContractMonth: '203012' }, [YES, NO]],
    ['conId', { conId: NO }, [NO]],
  ])('filters by %s', async (_name, filter, expected) => {
    const client = await up()
    const asked = { symbol: 'FF', secType: SecType.OPT, exchange: 'FORECASTX', ...filter }
    const log = await client.end('contractDetailsEnd', () => client.api.reqContractDetails(12, asked))
    const ids = log.slice(0, -1).map((entry) => (entry[2] as { contract: { conId: number } }).contract.conId)
    expect(ids).toEqual(expected)
  })

  it.each([
    ['an unknown symbol', {}, { symbol: 'NOPE' }],
    ['another strike', {}, { symbol: 'FF', strike: 9 }],
    ['a contract past its last trading time', { last_trade_date: '20261121 13:29:59' }, { conId: YES }],
  ])('answers 200 for %s', async (_name, question, asked) => {
    const client = await up(section({ contract: question }))
    client.api.reqContractDetails(13, asked)
    expect(await client.waitCode(200)).toEqual(['error', expect.any(Error), 200, 13, undefined])
  })

  it('lists dates and strikes, and the one market rule', async () => {
    const client = await up()
    await client.end('securityDefinitionOptionParameterEnd', () => client.api.reqSecDefOptParams(14, 'FF', '', SecType.IND, 658663572))
    expect(client.of('securityDefinitionOptionParameter')[0]).toEqual(
      expect.arrayContaining([14, 'FORECASTX', 658663572, 'FF', ['20301209'], [3.625]]),
    )
    client.api.reqMarketRule(67)
    expect(await client.wait('marketRule')).toEqual(['marketRule', 67, [{ lowEdge: 0, increment: 0.01 }]])
  })

  it('drops the later fields at 178', async () => {
    const client = new RawClient((await start()).port)
    await client.up('v157..178')
    client.send(9, 8, 5, YES, '', '', '', 0, '', '', 'FORECASTX', '', '', '', '', 0, '', '', '')
    expect((await client.frame(10)).slice(0, 7)).toEqual(['10', '5', 'FF', 'OPT', '20301209 13:00:00 US/Central', '3.625', 'C'])
    expect(await client.frame(10)).toHaveLength(40)
  })
})

describe('quotes', () => {
  const ticks = (client: IbClient, from = 0) =>
    [...client.log.slice(from)]
      .filter(([name]) => name === 'tickPrice' || name === 'tickSize')
      .map(([name, , type, value]) => [name, type, value])

  it('says live first, then price and size of both sides', async () => {
    const client = await up()
    client.api.reqMktData(21, contract(YES), '', false, false)
    await client.wait('tickSize', ([, , type]) => type === 3)
    await client.wait('tickSize', ([, , type]) => type === 0)
    expect(client.of('marketDataType')).toEqual([['marketDataType', 21, 1]])
    expect(ticks(client)).toEqual(
      expect.arrayContaining([
        ['tickPrice', 1, 0.56],
        ['tickSize', 0, 40],
        ['tickPrice', 2, 0.58],
        ['tickSize', 3, 30],
      ]),
    )
  })

  it('sends -1 for no quote and 102 for a ticker id in use', async () => {
    const client = await up(section({ contract: { no: { con_id: NO, local_symbol: 'NO', bids: [] } } }))
    client.api.reqMktData(21, contract(YES), '', false, false)
    await client.wait('tickPrice', ([, , type, price]) => type === 2 && price === -1)
    client.api.reqMktData(21, contract(NO), '', false, false)
    await client.waitCode(102)
  })

  it('updates the asks that an outside bid makes, on the other outcome', async () => {
    const rig = await start()
    const client = new IbClient(rig.port)
    await client.up()
    client.api.reqMktData(21, contract(YES), '', false, false)
    client.api.reqMktData(22, contract(NO), '', false, false)
    await client.wait('tickSize', ([, id, type]) => id === 22 && type === 3)
    const from = client.log.length
    rig.venue.apply({ type: 'external_order', con_id: NO, price: '0.43', size: 5 })
    await client.wait('tickSize', ([, id, type, size]) => id === 22 && type === 0 && size === 5, from)
    expect(ticks(client, from)).toEqual(expect.arrayContaining([['tickPrice', 2, 0.57]]))
    expect(client.of('tickPrice', from).map(([, id, type, price]) => [id, type, price])).toEqual([
      [21, 2, 0.57],
      [22, 1, 0.43],
    ])
  })

  it('shows a tape quote until the next one replaces it, and only once what was taken', async () => {
    const rig = await start(section({ contract: { no: { con_id: NO, local_symbol: 'NO', bids: [] } } }))
    const subscribed: number[] = []
    rig.venue.onSubscribe(() => subscribed.push(...rig.venue.subscribedConIds()))
    const client = new IbClient(rig.port)
    await client.up()
    client.api.reqMktData(21, contract(YES), '', false, false)
    await client.wait('tickPrice', ([, , type, price]) => type === 2 && price === -1)
    expect(subscribed).toEqual([YES])
    rig.venue.setQuote(YES, { yesAsk: { price: '0.60', size: 8 } })
    await client.wait('tickSize', ([, , type, size]) => type === 3 && size === 8)
    rig.venue.setQuote(YES, { yesAsk: { price: '0.61', size: 4 } })
    await client.wait('tickPrice', ([, , type, price]) => type === 2 && price === 0.61)
    const from = client.log.length
    rig.venue.setQuote(YES, { yesAsk: null })
    await client.wait('tickPrice', ([, , type, price]) => type === 2 && price === -1, from)
  })

  it('stops after cancelMktData and ends a snapshot', async () => {
    const rig = await start()
    const client = new IbClient(rig.port)
    await client.up()
    await client.end('tickSnapshotEnd', () => client.api.reqMktData(23, contract(YES), '', true, false))
    expect(rig.venue.subscribedConIds()).toEqual([])
    client.api.reqMktData(24, contract(YES), '', false, false)
    await client.wait('tickSize', ([, id, type]) => id === 24 && type === 3)
    client.api.cancelMktData(24)
    await client.end('currentTime', () => client.api.reqCurrentTime())
    expect(rig.venue.subscribedConIds()).toEqual([])
    expect(client.of('currentTime')[0]).toEqual(['currentTime', Date.UTC(2026, 10, 21, 19, 30) / 1000])
  })
})
