import { contract, IbClient, order, RawClient, section, start, stopAll, until, YES } from '../rig'

afterEach(stopAll)

/** What a client that looks up, streams, buys and reads back has seen. */
async function story(writes: string): Promise<readonly string[]> {
  const { port } = await start(section({ settings: { writes } }))
  const client = new IbClient(port)
  const id = await client.up()
  await client.end('contractDetailsEnd', () => client.api.reqContractDetails(11, contract(YES)))
  client.api.reqMktData(21, contract(YES), '', false, false)
  await client.wait('tickSize', ([, , type]) => type === 3)
  client.api.placeOrder(id, contract(YES), order())
  await client.wait('commissionReport')
  await client.end('execDetailsEnd', () => client.api.reqExecutions(31, {}))
  await client.end('completedOrdersEnd', () => client.api.reqCompletedOrders(false))
  return client.names()
}

describe('frames from the gateway', () => {
  it.each(['bytes', 'pieces', 'coalesced'])('%s: a client sees the same as when every frame comes whole', async (writes) => {
    expect(await story(writes)).toEqual(await story('whole'))
  })

  it('bytes: even the answer to the hello is cut at every byte', async () => {
    const { port } = await start(section({ settings: { writes: 'bytes' } }))
    const client = new RawClient(port)
    const chunks: number[] = []
    client.socket.on('data', (chunk: Buffer) => chunks.push(chunk.length))
    client.write(RawClient.hello())
    await client.frame(193)
    expect(chunks.length).toBeGreaterThan(1)
  })

  it('coalesced: one write holds several frames', async () => {
    const { port } = await start(section({ settings: { writes: 'coalesced', max_messages_per_second: 1000 } }))
    const client = new RawClient(port)
    await client.up()
    await client.frame(4, ([, , , code]) => code === '2158')
    const chunks: number[] = []
    client.socket.on('data', () => chunks.push(client.frames.length))
    client.write(...Array.from({ length: 500 }, () => RawClient.frame(49, 1)))
    await until('all answers', () => client.frames.filter(([id]) => id === '49').length === 500)
    expect(chunks.length).toBeLessThan(50)
  })

  it('an ending waits for what was written before it', async () => {
    const { port } = await start(section({ settings: { writes: 'pieces' } }))
    await new IbClient(port).up()
    const second = new RawClient(port)
    second.write(RawClient.hello(), RawClient.frame(71, 2, 7, ''))
    await until('it is closed', () => second.ended)
    expect(second.frames.at(-1)?.[3]).toBe('326')
  })
})

describe('the hello', () => {
  it.each([
    ['v100..193', 193],
    ['v100..225', 193],
    ['v157..178', 178],
    ['v178', 178],
    ['v100..187 +PACEAPI', 187],
    ['v193..300', 193],
  ])('%s is answered with %i', async (range, version) => {
    const client = new RawClient((await start()).port)
    client.write(RawClient.hello(range))
    expect(await client.frame(version)).toHaveLength(2)
  })

  it.each(['v100..177', 'v194..225', 'nonsense'])('%s is closed', async (range) => {
    const client = new RawClient((await start()).port)
    client.write(RawClient.hello(range))
    await until('it is closed', () => client.ended)
    expect(client.frames).toEqual([])
  })
})
