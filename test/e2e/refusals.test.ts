import { setTimeout as pause } from 'node:timers/promises'
import { Rig } from './faults/rig'
import { expectBalanced } from './stack'

jest.setTimeout(150_000)

/** Long enough for a book change to become an order, had anything been permitted to open. */
const NOTHING_FOR_MS = 1_500
/** A message, one read of the listing, one decision: milliseconds, on a machine that does something else beside. */
const SOON_MS = 20_000
/** The read of a listing is held back for so long: until then nobody knows the market's grid. */
const HELD_MS = 6_000

interface Health {
  readonly refusals: Readonly<Record<string, number>>
}
/** What must not be traded, and says why by one name. Each pair has a box on offer that would be taken otherwise. */
describe('what is not to be traded is refused by its name, on the real servers and both simulated venues', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = new Rig(['crossed', 'grid', 'flat'])
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

  it('a book that crosses: the venue lost a change, and its bid stands above its ask here', async () => {
    const { ticker } = rig.listing('crossed')
    await rig.kalshi('external_order', { ticker, side: 'ask', price: '0.30', count: '5' })
    await rig.kalshi('fault', { name: 'wrong_level', ticker })
    await rig.kalshi('external_order', { ticker, side: 'bid', price: '0.30', count: '5' }) // takes the ask away, and nobody is told
    await refused('crossed', 'books not crossed')
  })

  it('a market whose grid changed, until it is read again', async () => {
    const { ticker } = rig.listing('grid')
    await rig.kalshi('fault', { name: 'delay', ms: HELD_MS, method: 'GET', ticker, times: 20 })
    await rig.kalshi('price_level_structure', { ticker, price_level_structure: 'deci_cent' })
    await refused('grid', 'price grid known')
  })

  it('a fee of type flat, which nobody publishes a formula for', async () => {
    await rig.kalshi('series_fee', { series_ticker: 'KXU3', fee_type: 'flat', fee_multiplier: 1 })
    await rig.kalshi('close_time', { ticker: rig.listing('flat').ticker, close_time: '+1d' }) // the venue tells the listing anew
    await refused('flat', 'fee terms known')
  })

  it('after all of it the ledger equals both venues (I9)', async () => {
    await rig.settleAll()
    await expectBalanced(rig.stack)
  })
})
