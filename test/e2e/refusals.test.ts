import { setTimeout as pause } from 'node:timers/promises'
import { Rig } from './faults/rig'
import { expectBalanced } from './stack'

jest.setTimeout(150_000)

/** Long enough for a book change to become an order, had anything been permitted to open. */
const NOTHING_FOR_MS = 1_500
/** A message, one read of the listing, one decision: milliseconds, on a machine that does something else beside. */
const SOON_MS = 20_000

interface Health {
  readonly refusals: Readonly<Record<string, number>>
}
/** What must not be traded, and says why by one name. Each pair has a box on offer that would be taken otherwise. */
describe('what is not to be traded is refused by its name, on the real servers and both simulated venues', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = new Rig(['sound', 'crossed', 'flat'])
    await rig.up()
  })
  afterAll(() => rig.down())

  const refusals = async (reason: string): Promise<number> => (await rig.stack.streaming<Health>())?.refusals[reason] ?? 0

  /** A box is put there, is counted as refused for this reason, and no order leaves. */
  async function refused(pair: string, reason: string): Promise<void> {
    const [before, orders] = [await refusals(reason), rig.wire.ids().size]
    await rig.offer(pair)
    await rig.stack.until(`a refusal of ${pair}: ${reason}`, SOON_MS, async () => {
      await rig.touch(pair)
      return (await refusals(reason)) > before
    })
    await pause(NOTHING_FOR_MS) // that nothing happens in this time is what is tested
    await rig.wire.look()
    expect(rig.wire.ids().size).toBe(orders)
  }

  it('a box without fault is taken', async () => {
    expect(await rig.result(await rig.taken('sound'))).toMatchObject({ outcome: 'locked' })
  })

  it('a book that crosses: the venue lost a change, and its bid stands above its ask here', async () => {
    const { ticker } = rig.listing('crossed')
    await rig.kalshi('external_order', { ticker, side: 'ask', price: '0.30', count: '5' })
    await rig.kalshi('fault', { name: 'wrong_level', ticker })
    await rig.kalshi('external_order', { ticker, side: 'bid', price: '0.30', count: '5' }) // takes the ask away, and nobody is told
    await refused('crossed', 'books not crossed')
  })

  it('a fee of type flat, which nobody publishes a formula for', async () => {
    await rig.kalshi('event_fee', { event_ticker: 'KXU3-25MAR', fee_type_override: 'flat', fee_multiplier_override: 1 })
    await refused('flat', 'fee terms known')
  })

  it('after all of it the ledger equals both venues (I9)', async () => {
    await rig.settleAll()
    await expectBalanced(rig.stack)
  })
})
