import { mulberry32 } from '../../../../src/core/random'
import { requestTokens } from '../../../../src/sim/ibkr/protocol/lengths'
import { IbClient, RawClient, section, start, stopAll, until } from '../rig'

afterEach(stopAll)

const VERSIONS = Array.from({ length: 16 }, (_, n) => 178 + n)
/** Every message id that a client can send, served or not. */
const MESSAGES = Array.from({ length: 110 }, (_, n) => n + 1).filter((message) => message !== 71)
const fast = { settings: { max_messages_per_second: 100_000 } }

/** Message 71 would say again who the client is. */
const tokensOf = (message: number, count: number): string[] => [String(message), ...Array.from({ length: count - 1 }, () => '')]

async function connected(range: string): Promise<RawClient> {
  const client = new RawClient((await start(section(fast))).port)
  await client.up(range)
  return client
}
const refusals = (client: RawClient): string[][] => client.frames.filter(([id, , , code]) => id === '4' && code === '320')

describe('the length of a request', () => {
  it.each(VERSIONS)('at %i: placeOrder, cancelOrder and reqGlobalCancel as the official client writes them', (version) => {
    const orders =
      version >= 192 ? 118 : version >= 190 ? 117 : version === 189 ? 119 : version >= 187 ? 118 : version >= 184 ? 116 : version - 68
    const [order, cancel, sweep] = [3, 4, 58].map((message) => requestTokens(message, version))
    expect({ order, cancel, sweep }).toEqual({
      order: version <= 182 ? 114 : orders,
      cancel: version >= 192 ? 5 : version >= 187 && version < 190 ? 7 : 4,
      sweep: version >= 192 ? 3 : 2,
    })
  })

  it.each([178, 187, 189, 193])('at %i: one token less or more is 320, for every request served', async (version) => {
    const client = await connected(`v157..${version}`)
    const served = MESSAGES.filter((message) => requestTokens(message, version) !== null)
    for (const message of served) {
      const right = requestTokens(message, version) ?? 0
      client.send(...tokensOf(message, right + 1))
      if (right > 1) client.send(...tokensOf(message, right - 1))
    }
    const wrong = served.reduce((sum, message) => sum + ((requestTokens(message, version) ?? 0) > 1 ? 2 : 1), 0)
    await until('all are refused', () => refusals(client).length === wrong)
    expect(served.length).toBeGreaterThan(35)
  })

  it('a message that is not served is 320, and the session goes on', async () => {
    const client = await connected('v100..193')
    const unknown = MESSAGES.filter((message) => requestTokens(message, 193) === null)
    for (const message of unknown) client.send(message, 1, 2, 3)
    client.send('x')
    client.send(-5, '')
    client.send(49, 1)
    await client.frame(49)
    expect(refusals(client)).toHaveLength(unknown.length + 2)
  })

  it('nonsense of the right length never ends the gateway', async () => {
    const seed = 20261122
    const random = mulberry32(seed)
    const words = [
      '',
      '0',
      '1',
      '-1',
      'FF',
      'OPT',
      'x',
      '1.7976931348623157E308',
      '9'.repeat(40),
      '20301209',
      '\u00e9',
      'NaN',
      '0.58',
      '800001',
    ]
    const rig = await start(section(fast))
    for (const version of [178, 193]) {
      const client = new RawClient(rig.port)
      await client.up(`v157..${version}`, version)
      for (let round = 0; round < 1500; round++) {
        const message = MESSAGES[random() % MESSAGES.length] ?? 1
        const tokens = tokensOf(message, requestTokens(message, version) ?? 3).map((token, at) =>
          at === 0 ? token : (words[random() % words.length] ?? ''),
        )
        client.send(...tokens)
      }
      client.send(49, 1)
      await until(`an answer at ${version} with seed ${seed}`, () => client.ended || client.frames.some(([id]) => id === '49'))
      expect({ seed, ended: client.ended }).toEqual({ seed, ended: false })
    }
    const other = new IbClient(rig.port, 3)
    await other.up()
  })
})
