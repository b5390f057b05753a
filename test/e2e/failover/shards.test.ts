import { Client, Connection } from '@temporalio/client'
import { expectBalanced } from '../stack'
import { Rig } from '../faults/rig'

/** Two streaming processes, moved pairs, a kill and a settlement, on a machine that does something else beside. */
jest.setTimeout(300_000)
/** A pair that was moved is traded by its new shard within a look of the desk, after its listings were read. */
const MOVED_MS = 30_000
/** A killed holder's lease ends after 3 s; then a process starts, and both its feeds. */
const BACK_MS = 60_000

interface Shard {
  readonly name: string
  readonly pairs: number
  readonly streaming: { readonly role: string; readonly leaseEpoch: number; readonly clientId: number } | null
}

describe('E19 two shards on one account', () => {
  const rig = new Rig(['a', 'b', 'c', 'd'], {}, undefined, undefined, ['--shards', 'main,second'])
  const shards = async (): Promise<readonly Shard[]> => (await rig.stack.ask<{ shards: Shard[] }>('status')).shards
  const traded = async (): Promise<readonly string[]> =>
    (await shards()).map(({ name, pairs, streaming }) => `${name}: ${streaming?.role} ${pairs} under ${streaming?.clientId}`)
  const move = async (pair: string): Promise<void> => {
    await rig.command('halt', `pair:${pair}.1`)
    await rig.stack.ask('pairs', 'move', `${pair}.1`, '--shard', 'second')
    await rig.command('resume', `pair:${pair}.1`)
  }
  /** The queue on which a pair's trade ran: its shard's. */
  const queueOf = async (pair: string): Promise<string> => {
    const connection = await Connection.connect({ address: rig.stack.endpoints().temporal.address })
    try {
      return (await new Client({ connection }).workflow.getHandle(`box-${pair}.1`).describe()).taskQueue
    } finally {
      await connection.close()
    }
  }

  beforeAll(() => rig.up())
  afterAll(() => rig.down())

  it('each with pairs, a lease and a client id of its own; a pair moves only while it is halted', async () => {
    const refused = await rig.stack.cli('pairs', 'move', 'c.1', '--shard', 'second')
    expect([refused.code, refused.stderr]).toEqual([expect.any(Number), expect.stringContaining('halt it first')])
    await move('c')
    await move('d')
    await rig.stack.until('both shards to have two pairs', MOVED_MS, async () => (await traded()).every((line) => / 2 under /.test(line)))
    expect(await traded()).toEqual(['main: trading 2 under 7', 'second: trading 2 under 17'])
  })

  it('trade disjoint pairs at once, each on its own', async () => {
    const [first, other] = [await rig.heldOpen('a'), await rig.heldOpen('c')]
    expect([(await rig.ended(first)).outcome, (await rig.ended(other)).outcome]).toEqual(['locked', 'locked'])
    expect([await queueOf('a'), await queueOf('c')]).toEqual(['trading-main', 'trading-second'])
  })

  it('one is killed, the other goes on; the one comes back and finishes what it had begun', async () => {
    const begun = await rig.heldOpen('b')
    process.kill(rig.stack.pidOf('streaming'), 'SIGKILL')
    const meanwhile = await rig.taken('d')
    expect((await rig.ended(meanwhile)).outcome).toBe('locked')
    await rig.stack.until('the killed shard to trade again', BACK_MS, async () =>
      (await traded()).every((line) => line.includes(': trading 2')),
    )
    await rig.ended(begun, BACK_MS)
  })

  it('E26 a halt of everything reaches both, and nothing is left over: every venue agrees', async () => {
    await rig.command('halt', 'all')
    const before = rig.wire.openingTimes().length
    for (const pair of ['a', 'c']) await rig.offer(pair)
    await rig.stack.until('both to have refused by the halt', MOVED_MS, async () => {
      const counts = await rig.stack.ask<{ refusals: Record<string, number> }>('status')
      return Object.keys(counts.refusals).some((gate) => gate.includes('halt'))
    })
    await rig.wire.look()
    expect(rig.wire.openingTimes()).toHaveLength(before)
    const kill = await rig.stack.ask<{ venues: { unread: string | null }[] }>('kill', '--reason', 'test')
    expect(kill.venues.map(({ unread }) => unread)).toEqual([null, null])
    await rig.settleAll(BACK_MS)
    await expectBalanced(rig.stack)
    expect([rig.wire.sentTwice(), await rig.wire.sentLate()]).toEqual([[], []])
  })
})
