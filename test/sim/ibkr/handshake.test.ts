import { IbClient, RawClient, section, start, stopAll, until } from './rig'

afterEach(stopAll)

const START_API = RawClient.frame(71, 2, 9, '')
const TIME = RawClient.frame(49, 1)

describe('handshake', () => {
  it('greets @stoqey/ib at 193 with accounts, the next order id and the farm notices', async () => {
    const { port } = await start(section({ other: { next_order_id: 41 } }))
    const client = new IbClient(port)
    expect(await client.up()).toBe(41)
    expect(client.api.serverVersion).toBe(193)
    expect(client.of('managedAccounts')).toEqual([['managedAccounts', 'DU1234567']])
    expect(client.of('info').map(([, , code]) => code)).toEqual([2104, 2106, 2158])
  })

  it('understands a stream split at every byte, and answers each frame once', async () => {
    const { port } = await start()
    const bytes = Buffer.concat([RawClient.hello(), START_API, TIME, TIME])
    for (let at = 1; at < bytes.length; at++) {
      const client = new RawClient(port)
      client.write(bytes.subarray(0, at))
      await new Promise((resolve) => setImmediate(resolve))
      client.write(bytes.subarray(at))
      await until(`answers after a split at ${at}`, () => client.frames.filter(([id]) => id === '49').length === 2)
      expect(client.frames[0]?.[0]).toBe('193')
      client.close()
      await until('the client id is free', () => client.ended)
    }
  }, 20_000)

  it('reads one byte at a time and a burst of thousands of frames', async () => {
    const { port } = await start(section({ settings: { max_messages_per_second: 100_000 } }))
    const slow = new RawClient(port)
    for (const byte of Buffer.concat([RawClient.hello(), START_API, TIME])) slow.write(Buffer.from([byte]))
    await slow.frame(49)
    const burst = new RawClient(port)
    await burst.up(undefined, 10)
    burst.write(...Array.from({ length: 10_000 }, () => TIME))
    await until('10 000 answers', () => burst.frames.filter(([id]) => id === '49').length === 10_000)
  })

  it('offers the lower of its own and the client version, and closes on one it cannot serve', async () => {
    const { port } = await start(section({ settings: { server_version: 190 } }))
    const modern = new RawClient(port)
    modern.write(RawClient.hello('v100..225'))
    expect(await modern.frame(190)).toEqual(['190', '20261121 13:30:00 US/Central'])
    const older = new RawClient(port)
    older.write(RawClient.hello('v157..178'))
    await older.frame(178)
    const oldest = new RawClient(port)
    oldest.write(RawClient.hello('v100..151'))
    const stranger = new RawClient(port)
    stranger.write(Buffer.from('GET / HTTP/1.1\r\n'))
    await until('both are closed', () => oldest.ended && stranger.ended)
  })

  it('answers 326 for a client id in use and closes, then takes it again when it is free', async () => {
    const { port } = await start()
    const first = new IbClient(port)
    await first.up()
    const second = new IbClient(port)
    second.api.connect()
    await second.wait('info', ([, , code]) => code === 326)
    await second.wait('disconnected')
    first.close()
    const third = new RawClient(port)
    await third.up(undefined, 7)
  })

  it('ignores requests before START_API and names a message that it does not serve', async () => {
    const { port } = await start()
    const client = new RawClient(port)
    client.write(RawClient.hello(), TIME, START_API, RawClient.frame(200, 1))
    expect(await client.frame(4, ([, , , code]) => code === '320')).toEqual(expect.arrayContaining(['-1']))
    expect(client.frames.filter(([id]) => id === '49')).toEqual([])
  })
})

describe('pacing', () => {
  it('delays what exceeds the rate', async () => {
    const { port } = await start(section({ settings: { max_messages_per_second: 20 } }))
    const client = new RawClient(port)
    await client.up()
    const began = performance.now()
    client.write(...Array.from({ length: 30 }, () => TIME))
    await until('30 answers', () => client.frames.filter(([id]) => id === '49').length === 30)
    expect(performance.now() - began).toBeGreaterThan(900)
  })

  it('answers 100 and ends the session at the third breach in the other mode', async () => {
    const { port } = await start(section({ settings: { max_messages_per_second: 20, pacing: 'disconnect' } }))
    const client = new RawClient(port)
    await client.up()
    client.write(...Array.from({ length: 30 }, () => TIME))
    await until('the end', () => client.ended)
    expect(client.frames.filter(([id, , , code]) => id === '4' && code === '100')).toHaveLength(3)
  })
})
