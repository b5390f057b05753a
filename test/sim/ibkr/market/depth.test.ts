import { contract, IbClient, NO, section, start, stopAll, YES, type Rig } from '../rig'

afterEach(stopAll)

async function watching(depth: string, rows = 5): Promise<{ rig: Rig; client: IbClient }> {
  const rig = await start(section({ settings: { depth } }))
  const client = new IbClient(rig.port)
  await client.up()
  client.api.reqMktDepth(41, contract(YES), rows, false)
  await settled(client)
  return { rig, client }
}
const settled = (client: IbClient) => client.end('currentTime', () => client.api.reqCurrentTime())

/** The ladder that a client builds from what it is told: rows of [price, size], bids and asks. */
function ladder(client: IbClient, event: string): { bid: unknown[]; ask: unknown[] } {
  const sides: { bid: unknown[]; ask: unknown[] } = { bid: [], ask: [] }
  for (const [, , position, ...rest] of client.of(event)) {
    const [operation, side, price, size] = rest.slice(-4 - (event === 'updateMktDepthL2' ? 1 : 0)) as [number, number, number, number]
    const rows = side === 1 ? sides.bid : sides.ask
    if (operation === 0) rows.splice(Number(position), 0, [price, size])
    else if (operation === 1) rows[Number(position)] = [price, size]
    else rows.splice(Number(position), 1)
  }
  return sides
}

describe('depth', () => {
  it.each([
    ['l1', 'updateMktDepth'],
    ['l2', 'updateMktDepthL2'],
  ])('%s shows both sides and follows every change', async (depth, event) => {
    const { rig, client } = await watching(depth)
    const asks = [
      [0.58, 30],
      [0.59, 50],
    ]
    expect(ladder(client, event)).toEqual({ bid: [[0.56, 40], [0.55, 60]], ask: asks }) // prettier-ignore
    rig.venue.apply({ type: 'external_order', con_id: YES, price: '0.57', size: 7 })
    rig.venue.apply({ type: 'external_order', con_id: NO, price: '0.44', size: 47 })
    await settled(client)
    // The bids of NO at 0.44 have taken 7 at 0.57 and 40 at 0.56.
    expect(ladder(client, event)).toEqual({ bid: [[0.55, 60]], ask: asks })
  })

  it('has as many rows as were asked for', async () => {
    const { client } = await watching('l1', 1)
    expect(ladder(client, 'updateMktDepth')).toEqual({ bid: [[0.56, 40]], ask: [[0.58, 30]] })
  })

  it('names who quotes in level 2', async () => {
    const { client } = await watching('l2')
    expect(client.of('updateMktDepthL2')[0]?.slice(0, 5)).toEqual(['updateMktDepthL2', 41, 0, 'FORECASTX', 0])
  })

  it('is refused where the venue has none: 10092', async () => {
    const { client } = await watching('none')
    expect(client.of('error')).toEqual([['error', expect.any(Error), 10092, 41, undefined]])
  })

  it('309 above the limit, 102 for an id in use, 310 for an unknown one', async () => {
    const { client } = await watching('l1')
    client.api.reqMktDepth(41, contract(NO), 5, false)
    await client.waitCode(102)
    client.api.reqMktDepth(42, contract(NO), 5, false)
    client.api.reqMktDepth(43, contract(NO), 5, false)
    client.api.reqMktDepth(44, contract(NO), 5, false)
    await client.waitCode(309)
    client.api.cancelMktDepth(99, false)
    await client.waitCode(310)
    client.api.cancelMktDepth(43, false)
    client.api.reqMktDepth(44, contract(NO), 5, false)
    await client.wait('updateMktDepth', ([, id]) => id === 44)
  })

  it('317 voids the ladder when quotes come back after a break, and it is told anew', async () => {
    const { rig, client } = await watching('l1')
    rig.venue.apply({ type: 'farm', connected: false })
    const from = client.log.length
    rig.venue.apply({ type: 'farm', connected: true })
    await client.waitCode(317, from)
    await client.wait('updateMktDepth', ([, , , operation]) => operation === 0, from)
  })
})
