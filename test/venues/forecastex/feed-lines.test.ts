import { money } from '../../../src/core/units'
import { forecastexStanding } from '../../replay/standing'
import { feeding, heard, kinds, last, marketOf, quoted, replayed } from './feed-fixture'
import { forever, stopAll, until } from './rig'

afterEach(stopAll)

const [FIRST, SECOND, THIRD] = [marketOf(0), marketOf(1), marketOf(2)]
const [INSERT, UPDATE] = [0, 1]
const [ASK, BID] = [0, 1] as const

describe('the lines of the account', () => {
  it('suffice for two markets of three: the third is named, and has its turn when one is not watched any more', async () => {
    const it = await feeding({ lines: 5 })
    await quoted(it, FIRST, SECOND)
    it.feed.watch([THIRD])
    await until('said', () => it.log.lines.some((line) => line.includes('lines do not suffice')))
    expect(it.feed.state()).toMatchObject({ lines: { used: 4, of: 5 }, beyondLines: [THIRD] })
    it.feed.unwatch([FIRST])
    await it.told.asked(THIRD, 'no')
    const cancelled = [...it.told.requests(FIRST, 'yes'), ...it.told.requests(FIRST, 'no')]
    expect(it.told.cancelled()).toEqual(cancelled)
    await until('forgotten', () => kinds(it, 'forget').length > 0)
    expect(kinds(it, 'forget').flatMap((event) => (event.kind === 'forget' ? event.books : []))).toEqual([0, 1])
    expect(it.feed.state()).toMatchObject({ lines: { used: 4 }, beyondLines: [] })
    it.stop()
    expect(replayed(it)).toEqual(it.events)
  })

  it('each subscription leaves once, also after 1101 and after a new connection', async () => {
    const it = await feeding()
    await quoted(it, FIRST)
    it.told.notice(1101, 'data lost')
    await it.told.asked(FIRST, 'no', 2)
    expect(it.told.cancelled()).toHaveLength(2)
    it.raw.drop()
    await it.told.asked(FIRST, 'no', 3)
    await it.gateway.whenUp(forever)
    expect([it.told.subscriptions, it.told.cancelled().length]).toEqual([6, 2])
    it.stop()
    expect(replayed(it)).toEqual(it.events)
  })
})

describe('what stands', () => {
  it('is told as it would be known from the frames: with quotes, depth and a broken farm', async () => {
    const it = await feeding({ depthRows: 3 })
    await quoted(it, FIRST)
    await until('depth', () => it.told.depths(FIRST, 'yes').length === 1)
    it.told.row(it.told.depths(FIRST, 'yes')[0] ?? '', 0, INSERT, BID, 0.4, 10)
    it.told.notice(2103, 'Market data farm connection is broken:usfarm')
    await until('the farm', () => JSON.stringify(it.feed.standing?.()).includes('usfarm'))
    const standing = forecastexStanding(heard(it), it.directory)
    expect(it.feed.standing?.()).toEqual(standing.standing())
    for (const outcome of ['yes', 'no'] as const) {
      expect(it.feed.standingOf?.(FIRST, outcome)).toEqual(standing.standingOf(FIRST, outcome))
      expect(it.feed.standingOf?.(FIRST, outcome)).toMatchObject({ subscription: { reqId: Number(it.told.requests(FIRST, outcome)[0]) } })
    }
    expect(it.feed.standingOf?.(FIRST, 'yes')).toMatchObject({ depth: expect.anything() })
    expect(it.feed.standingOf?.(SECOND, 'yes')).toBeNull()
  })
})

describe('asks', () => {
  it('are never made of the other outcome’s bid (trap 2); that they differ is only counted', async () => {
    const it = await feeding({ pairPrice: () => money('1.00') })
    it.feed.watch([FIRST])
    const [yes, no] = [await it.told.asked(FIRST, 'yes'), await it.told.asked(FIRST, 'no')]
    it.told.live(yes)
    it.told.live(no)
    it.told.bid(no, 0.4, 10)
    await until('the bid', () => last(it, FIRST, 'no', 'bid')?.op === 'top' && it.feed.state().withheld.length === 0)
    expect(last(it, FIRST, 'yes', 'ask')).toMatchObject({ price: null })
    expect(it.feed.state().complements).toEqual({ agreeing: 0, differing: 0 })
    it.told.ask(yes, 0.61, 10)
    await until('counted', () => it.feed.state().complements?.differing === 1)
    expect(last(it, FIRST, 'yes', 'ask')).toMatchObject({ price: 6100 })
    it.told.ask(yes, 0.6, 10)
    await until('in agreement', () => it.feed.state().complements?.agreeing === 1)
  })
})

describe('depth', () => {
  const rows = (it: Awaited<ReturnType<typeof feeding>>, reqId: string): void => {
    it.told.row(reqId, 0, INSERT, ASK, 0.45, 15)
    it.told.row(reqId, 1, INSERT, ASK, 0.46, 50)
    it.told.row(reqId, 0, INSERT, BID, 0.39, 70)
  }
  async function deep() {
    const it = await feeding({ depthRows: 5 })
    await quoted(it, FIRST, SECOND)
    await until('three requests', () => it.raw.named(10).length === 3)
    const [reqId = ''] = it.told.depths(FIRST, 'yes')
    return { it, reqId }
  }

  it('is asked for three books, and stands behind the top: the smaller size and the worse price bind', async () => {
    const { it, reqId } = await deep()
    expect(it.told.depths(SECOND, 'no')).toEqual([])
    rows(it, reqId)
    await until('both sides', () => last(it, FIRST, 'yes', 'bid')?.op === 'ladder')
    expect(last(it, FIRST, 'yes', 'ask')).toMatchObject({
      levels: [
        { price: 4500, quantity: 1500 },
        { price: 4600, quantity: 5000 },
      ],
    })
    expect(last(it, FIRST, 'yes', 'bid')).toMatchObject({ levels: [{ price: 3900, quantity: 7000 }] })
    it.stop()
    expect(replayed(it)).toEqual(it.events)
  })

  it('317 empties the rows, and they follow again on the same request', async () => {
    const { it, reqId } = await deep()
    rows(it, reqId)
    await until('rows', () => last(it, FIRST, 'yes', 'bid')?.op === 'ladder')
    it.told.refuse(reqId, 317, 'Market depth data has been RESET.')
    await until('the top alone', () => last(it, FIRST, 'yes', 'ask')?.op === 'top')
    rows(it, reqId)
    await until('rows again', () => last(it, FIRST, 'yes', 'bid')?.op === 'ladder')
    expect(it.told.depths(FIRST, 'yes')).toHaveLength(1)
  })

  it.each([
    ['316 ends it', (it: Awaited<ReturnType<typeof feeding>>, reqId: string) => it.told.refuse(reqId, 316, 'HALTED')],
    [
      'an operation at no row is a gap',
      (it: Awaited<ReturnType<typeof feeding>>, reqId: string) => it.told.row(reqId, 4, UPDATE, ASK, 0.5, 1),
    ],
  ])('%s: the top stands alone, and it is asked for again', async (_what, happen) => {
    const { it, reqId } = await deep()
    rows(it, reqId)
    await until('rows', () => last(it, FIRST, 'yes', 'bid')?.op === 'ladder')
    happen(it, reqId)
    await until('the top alone', () => last(it, FIRST, 'yes', 'ask')?.op === 'top')
    expect(last(it, FIRST, 'yes', 'ask')).toMatchObject({ price: 4500, quantity: 2000 })
    it.clock.offsetMs += 11_000
    await until('asked again', () => it.told.depths(FIRST, 'yes').length === 2 && it.told.cancelled().includes(reqId))
    it.stop()
    expect(replayed(it)).toEqual(it.events)
  })

  it.each([10092, 354])('refused with %i, is said once and asked for no more', async (code) => {
    const { it, reqId } = await deep()
    it.told.refuse(reqId, code, 'not offered')
    await until('said', () => it.log.lines.some((line) => line.includes('Tops only')))
    it.told.row(it.told.depths(FIRST, 'no')[0] ?? '', 4, UPDATE, ASK, 0.5, 1)
    await until('one lost', () => it.feed.state().depth?.books === 1)
    it.clock.offsetMs += 30_000
    it.feed.watch([THIRD])
    await it.told.asked(THIRD, 'no')
    await it.told.asked(THIRD, 'yes')
    expect(it.raw.named(10)).toHaveLength(3)
    expect(it.log.lines.filter((line) => line.includes('Tops only'))).toHaveLength(1)
    expect(it.feed.state().depth?.refusal).toContain(String(code))
  })
})
