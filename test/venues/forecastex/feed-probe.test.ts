import { feeding, kinds, last, marketOf, quoted, replayed, type Feeding } from './feed-fixture'
import { stopAll, until } from './rig'

afterEach(stopAll)

const MARKET = marketOf(0)
const MINUTE = 61_000

/** A minute later: the request of a second subscription of one contract. */
async function probed(it: Feeding): Promise<string> {
  await quoted(it, MARKET)
  await until('quotes', () => last(it, MARKET, 'no', 'bid')?.op === 'top')
  it.clock.offsetMs += MINUTE
  return it.told.asked(MARKET, 'yes', 2)
}

describe('quotes that stop silently', () => {
  it('a new subscription that tells the same ends by itself, and the books stand', async () => {
    const it = await feeding()
    const probe = await probed(it)
    it.told.live(probe)
    it.told.ask(probe, 0.45, 20)
    it.told.bid(probe, 0.4, 10)
    it.told.beats(2)
    await until('cancelled', () => it.told.cancelled().includes(probe))
    expect(it.feed.state().probes).toEqual({ agreed: 1, differed: 0, unanswered: 0 })
    expect(kinds(it, 'forget')).toEqual([])
    expect(it.told.subscriptions).toBe(3)
  })

  it('one that tells otherwise is a gap: all books are forgotten and asked for again', async () => {
    const it = await feeding()
    const probe = await probed(it)
    it.told.live(probe)
    it.told.ask(probe, 0.47, 20)
    it.told.beats(6)
    await until('a gap', () => kinds(it, 'forget').length === 1)
    expect(kinds(it, 'forget')[0]).toMatchObject({ cause: 'gap', books: [0, 1] })
    await it.told.asked(MARKET, 'no', 2)
    await until('the probe cancelled', () => it.told.cancelled().includes(probe))
    expect(it.feed.state().probes.differed).toBe(1)
    it.stop()
    expect(replayed(it)).toEqual(it.events)
  })

  it('a quote that moves meanwhile is no difference', async () => {
    const it = await feeding()
    const probe = await probed(it)
    it.told.live(probe)
    it.told.ask(probe, 0.47, 20)
    it.told.bid(probe, 0.4, 10)
    it.told.beats(3)
    it.told.ask(it.told.requests(MARKET, 'yes')[0] ?? '', 0.47, 20)
    it.told.beats(1)
    await until('agreed', () => it.feed.state().probes.agreed === 1)
    expect(kinds(it, 'forget')).toEqual([])
  })

  it('one without an answer is counted; two in a row are a gap', async () => {
    const it = await feeding()
    await probed(it)
    it.told.beats(6)
    await until('unanswered', () => it.feed.state().probes.unanswered === 1)
    expect(kinds(it, 'forget')).toEqual([])
    it.clock.offsetMs += MINUTE
    await it.told.asked(MARKET, 'no', 2)
    it.told.beats(6)
    await until('a gap', () => kinds(it, 'forget').length === 1)
  })

  it('a gateway that never answers a second subscription costs the books once, not each minute; it is said', async () => {
    const it = await feeding()
    await quoted(it, MARKET)
    await until('quotes', () => last(it, MARKET, 'no', 'bid')?.op === 'top')
    const unanswered = async (count: number): Promise<void> => {
      const asked = it.told.subscriptions
      it.clock.offsetMs += MINUTE
      await until('a probe', () => it.told.subscriptions > asked)
      it.told.beats(6)
      await until('unanswered', () => it.feed.state().probes.unanswered === count)
    }
    await unanswered(1)
    await unanswered(2)
    for (const outcome of ['yes', 'no'] as const) {
      const again = await it.told.asked(MARKET, outcome, 3)
      it.told.live(again)
      it.told.ask(again, 0.45, 20)
    }
    await until('quotes again', () => it.feed.state().withheld.length === 0)
    await unanswered(3)
    await unanswered(4)
    await until('said', () => it.log.lines.some((line) => line.includes('no second subscription')))
    const { subscriptions } = it.told
    it.clock.offsetMs += 10 * MINUTE
    it.feed.watch([])
    const heard = it.frameLog.named('in', 'currentTime').length
    await until('a beat', () => it.frameLog.named('in', 'currentTime').length > heard)
    expect(it.told.subscriptions).toBe(subscriptions)
    expect(kinds(it, 'forget')).toHaveLength(1)
    it.stop()
    expect(replayed(it)).toEqual(it.events)
  })

  it('a probe for which no line is left proves nothing', async () => {
    const it = await feeding()
    const probe = await probed(it)
    it.told.refuse(probe, 101, 'Max number of tickers has been reached')
    it.told.beats(6)
    await until('over', () => it.told.cancelled().includes(probe))
    expect(it.feed.state().probes).toEqual({ agreed: 0, differed: 0, unanswered: 0 })
    expect(kinds(it, 'forget')).toEqual([])
  })
})
