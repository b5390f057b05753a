import { contract, IbClient, NO, section, start, stopAll, YES, type Rig } from '../rig'

afterEach(stopAll)

async function connected(settings: object = {}): Promise<{ rig: Rig; client: IbClient }> {
  const rig = await start(section({ settings }))
  const client = new IbClient(rig.port)
  await client.up()
  return { rig, client }
}
const bid = (rig: Rig, price: string, size: number) => rig.venue.apply({ type: 'external_order', con_id: YES, price, size })
const watch = (client: IbClient, id = 21) => client.api.reqMktData(id, contract(YES), '', false, false)
const isOf = (id: number, type: number, value?: number) => (entry: readonly unknown[]) =>
  entry[1] === id && entry[2] === type && (value === undefined || entry[3] === value)
/** Answered last: what was sent before it has arrived. */
const settled = (client: IbClient) => client.end('currentTime', () => client.api.reqCurrentTime())

describe('the type of the data', () => {
  it.each([
    [1, 1, 2, 0, 3],
    [2, 1, 2, 0, 3],
    [3, 66, 67, 69, 70],
    [4, 66, 67, 69, 70],
  ])('%i comes with ticks %i, %i, %i, %i', async (type, ...ids) => {
    const { client } = await connected({ market_data_type: type })
    watch(client)
    await settled(client)
    expect(client.of('marketDataType')).toEqual([['marketDataType', 21, type]])
    const seen = [...client.of('tickPrice'), ...client.of('tickSize')].map(([, , id]) => id)
    expect([...new Set(seen)].toSorted((a, b) => Number(a) - Number(b))).toEqual(ids.toSorted((a, b) => a - b))
  })

  it('changes in mid-stream by event, and for one stream by fault', async () => {
    const { rig, client } = await connected()
    rig.faults.arm('market_data_type:4')
    watch(client)
    await client.wait('marketDataType', ([, id, type]) => id === 21 && type === 4)
    rig.venue.apply({ type: 'market_data_type', data_type: 2 })
    await client.wait('marketDataType', ([, id, type]) => id === 21 && type === 2)
    expect(() => rig.venue.apply({ type: 'market_data_type', data_type: 5 })).toThrow('"data_type" must be 1')
  })
})

describe('refusals', () => {
  it.each([354, 10089, 10186])('%i by setting: no stream', async (code) => {
    const { rig, client } = await connected({ market_data_refusal: code })
    watch(client)
    expect(await client.waitCode(code)).toEqual(['error', expect.any(Error), code, 21, undefined])
    await settled(client)
    expect([client.of('tickPrice'), rig.venue.subscribedConIds()]).toEqual([[], []])
  })

  it('10167 is a warning: delayed data follow; 10090 too, with live data', async () => {
    const { rig, client } = await connected()
    rig.faults.arm('market_data_refused:10167')
    watch(client)
    await client.waitCode(10167)
    await client.wait('tickPrice', isOf(21, 66, 0.56))
    rig.faults.arm('market_data_refused:10090')
    watch(client, 22)
    await client.waitCode(10090)
    await client.wait('tickPrice', isOf(22, 1, 0.56))
  })

  it('101 when the lines are used up, and a cancelled line is free again', async () => {
    const { client } = await connected({ market_data_lines: 1 })
    watch(client)
    watch(client, 22)
    await client.waitCode(101)
    client.api.cancelMktData(21)
    watch(client, 23)
    await client.wait('tickPrice', isOf(23, 1))
  })

  it('10197 ends every stream while another session has the data, and they begin anew after it', async () => {
    const { rig, client } = await connected()
    watch(client)
    await client.wait('tickSize', isOf(21, 3))
    rig.venue.apply({ type: 'competing_session' })
    await client.waitCode(10197)
    const from = client.log.length
    watch(client, 22)
    await client.wait('error', ([, , code, id]) => code === 10197 && id === 22)
    bid(rig, '0.57', 5)
    await settled(client)
    expect(client.of('tickPrice', from)).toEqual([])
    rig.venue.apply({ type: 'competing_session', on: false })
    await client.wait('tickPrice', isOf(21, 1, 0.57), from)
  })
})

describe('what happens to a stream', () => {
  it('quotes_stop: silence without a word, until it is asked for again', async () => {
    const { rig, client } = await connected()
    watch(client)
    await client.wait('tickSize', isOf(21, 3))
    const from = client.log.length
    rig.faults.arm('quotes_stop')
    bid(rig, '0.57', 5)
    bid(rig, '0.58', 5)
    await settled(client)
    expect(client.names(from)).toEqual(['currentTime'])
    client.api.cancelMktData(21)
    watch(client)
    await client.wait('tickPrice', isOf(21, 1), from)
  })

  it('a size tick follows each price tick, and comes twice by fault', async () => {
    const { rig, client } = await connected()
    watch(client)
    await client.wait('tickSize', isOf(21, 3))
    const from = client.log.length
    rig.faults.arm('duplicate_size')
    bid(rig, '0.57', 5)
    await settled(client)
    // @stoqey/ib loses the size inside a bid's price tick: only the tick of its own carries it (trap 15).
    expect(client.log.slice(from).map((entry) => entry.slice(0, 4))).toEqual([
      ['tickPrice', 21, 1, 0.57],
      ['tickSize', 21, 0, 5],
      ['tickSize', 21, 0, 5],
      ['currentTime', expect.any(Number)],
    ])
  })

  it('a snapshot ends, or never does by fault', async () => {
    const { rig, client } = await connected()
    await client.end('tickSnapshotEnd', () => client.api.reqMktData(23, contract(YES), '', true, false))
    rig.faults.arm('snapshot_without_end')
    client.api.reqMktData(24, contract(YES), '', true, false)
    await client.wait('tickPrice', isOf(24, 2))
    await settled(client)
    expect(client.of('tickSnapshotEnd')).toHaveLength(1)
  })

  it('no quote is -1, or no tick at all where a setting says so', async () => {
    const empty = { no: { con_id: NO, local_symbol: 'NO', bids: [] } }
    const rig = await start(section({ contract: empty, settings: { no_quote: 'silent' } }))
    const client = new IbClient(rig.port)
    await client.up()
    watch(client)
    await settled(client)
    expect(client.of('tickPrice').map(([, , type]) => type)).toEqual([1])
  })

  it('a burst of 10 000 frames arrives whole, in order, in one write', async () => {
    const { rig, client } = await connected({ writes: 'coalesced' })
    watch(client)
    await client.wait('tickSize', isOf(21, 3))
    const from = client.log.length
    rig.venue.apply({ type: 'burst', frames: 10_000 })
    await client.wait('tickSize', isOf(21, 0, 40), from)
    const sizes = client.of('tickSize', from).map(([, , , size]) => size)
    expect(sizes).toEqual([...Array.from({ length: 9_999 }, (_, n) => 9_999 - n), 40])
  })
})
