import { contract, IbClient, NO, order, section, start, stopAll, YES, type Rig } from '../rig'

afterEach(stopAll)

async function connected(): Promise<{ rig: Rig; client: IbClient; id: number }> {
  const other = { accounts: [{ account: 'DU1234567', cash: '10000.00' }, { account: 'DU7654321', cash: '5.00' }] } // prettier-ignore
  const rig = await start(section({ other }))
  const client = new IbClient(rig.port)
  return { rig, client, id: await client.up() }
}
const buy = async (client: IbClient, id: number) => {
  const from = client.log.length
  client.api.placeOrder(id, contract(YES), order())
  await client.wait('commissionReport', () => true, from)
}
const settled = (client: IbClient) => client.end('currentTime', () => client.api.reqCurrentTime())
const summary = (client: IbClient, from = 0) => client.of('accountSummary', from).map(([, , account, tag, value]) => [account, tag, value])

describe('the account summary', () => {
  it('has the tags that were asked for, of all accounts or of one', async () => {
    const { client } = await connected()
    await client.end('accountSummaryEnd', () => client.api.reqAccountSummary(51, 'All', 'AccountType,TotalCashValue,Nonsense'))
    expect(summary(client)).toEqual([
      ['DU1234567', 'AccountType', 'INDIVIDUAL'],
      ['DU1234567', 'TotalCashValue', '10000.00'],
      ['DU7654321', 'AccountType', 'INDIVIDUAL'],
      ['DU7654321', 'TotalCashValue', '5.00'],
    ])
    const from = client.log.length
    await client.end('accountSummaryEnd', () => client.api.reqAccountSummary(52, 'DU7654321', 'NetLiquidation'))
    expect(summary(client, from)).toEqual([['DU7654321', 'NetLiquidation', '5.00']])
  })

  it('is repeated when a value has changed, until it is cancelled', async () => {
    const { rig, client, id } = await connected()
    await client.end('accountSummaryEnd', () => client.api.reqAccountSummary(51, 'DU1234567', 'TotalCashValue'))
    let from = client.log.length
    rig.clock.runAll()
    await settled(client)
    expect(summary(client, from)).toEqual([])
    await buy(client, id)
    from = client.log.length
    rig.clock.runAll()
    await client.wait('accountSummaryEnd', () => true, from)
    // 10 at 0.58 and 0.10 of fees.
    expect(summary(client, from)).toEqual([['DU1234567', 'TotalCashValue', '9994.10']])
    client.api.cancelAccountSummary(51)
    await settled(client)
    await buy(client, id + 1)
    from = client.log.length
    rig.clock.runAll()
    await settled(client)
    expect(summary(client, from)).toEqual([])
  })

  it('322 for a third one at a time', async () => {
    const { client } = await connected()
    for (const reqId of [51, 52]) await client.end('accountSummaryEnd', () => client.api.reqAccountSummary(reqId, 'All', 'NetLiquidation'))
    client.api.reqAccountSummary(53, 'All', 'NetLiquidation')
    await client.waitCode(322)
    client.api.cancelAccountSummary(51)
    await client.end('accountSummaryEnd', () => client.api.reqAccountSummary(53, 'All', 'NetLiquidation'))
  })
})

describe('what is kept up to date', () => {
  it('account updates: values and portfolio at once and after a fill, until they are ended', async () => {
    const { client, id } = await connected()
    await client.end('accountDownloadEnd', () => client.api.reqAccountUpdates(true, 'DU1234567'))
    const from = client.log.length
    await buy(client, id)
    await client.wait('accountDownloadEnd', () => true, from)
    expect(client.of('updateAccountValue', from)).toContainEqual(['updateAccountValue', 'TotalCashValue', '9994.10', 'USD', 'DU1234567'])
    expect(client.of('updatePortfolio', from)[0]?.slice(2, 6)).toEqual([10, 0.56, 5.6, 0.59])
    client.api.reqAccountUpdates(false, 'DU1234567')
    await settled(client)
    const then = client.log.length
    await buy(client, id + 1)
    await settled(client)
    expect(client.of('updateAccountValue', then)).toEqual([])
  })

  it('profit and loss: of the day, of one contract', async () => {
    const { client, id } = await connected()
    client.api.reqPnL(61, 'DU1234567')
    await client.wait('pnl', ([, , daily]) => daily === 0)
    await buy(client, id)
    // 10 bought for 5.90 are worth 5.60.
    await client.wait('pnl', ([, , daily, unrealized, realized]) => daily === -0.3 && unrealized === -0.3 && realized === 0)
    client.api.reqPnLSingle(62, 'DU1234567', '', YES)
    expect((await client.wait('pnlSingle')).slice(1)).toEqual([62, 10, -0.3, -0.3, 0, 5.6])
    client.api.cancelPnL(61)
    client.api.cancelPnLSingle(62)
  })

  it('positions of one account, and the small reads that clients begin with', async () => {
    const { client, id } = await connected()
    await buy(client, id)
    await client.end('positionMultiEnd', () => client.api.reqPositionsMulti(71, 'DU1234567', ''))
    expect(client.of('positionMulti')).toHaveLength(1)
    client.api.reqFamilyCodes()
    await client.wait('familyCodes')
    client.api.reqNewsProviders()
    await client.wait('newsProviders')
    client.api.reqMktDepthExchanges()
    await client.wait('mktDepthExchanges')
    client.api.reqUserInfo(72)
    await client.wait('userInfo')
    expect(client.of('error')).toEqual([])
  })

  it('a position that is netted away is told as 0', async () => {
    const { client, id } = await connected()
    await client.end('positionEnd', () => client.api.reqPositions())
    await buy(client, id)
    const from = client.log.length
    client.api.placeOrder(id + 1, contract(NO), order({ lmtPrice: 0.44 }))
    await client.wait('position', ([, , described, size]) => (described as { conId: number }).conId === YES && size === 0, from)
  })
})

describe('the gateway is changed while it runs', () => {
  it('to read-only and back: orders get 321 only in between', async () => {
    const rig = await start()
    const client = new IbClient(rig.port)
    const id = await client.up()
    rig.venue.apply({ type: 'settings', read_only: true })
    client.api.placeOrder(id, contract(YES), order())
    await client.waitCode(321)
    rig.venue.apply({ type: 'settings', read_only: false })
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('commissionReport')
  })

  it('to other accounts: all connections end, and the next ones are told of them', async () => {
    const rig = await start()
    const client = new IbClient(rig.port)
    await client.up()
    rig.venue.apply({ type: 'settings', managed_accounts: ['U7654321'] })
    await client.wait('disconnected')
    const again = new IbClient(rig.port)
    await again.up()
    expect(again.of('managedAccounts')).toEqual([['managedAccounts', 'U7654321']])
  })

  it.each([[{}], [{ read_only: 'yes' }], [{ managed_accounts: 'U1' }]])('not to %j', async (fields) => {
    const rig = await start()
    expect(() => rig.venue.apply({ type: 'settings', ...fields })).toThrow('"')
  })
})
