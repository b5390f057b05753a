import { catalog, feeding, kinds, last, marketOf, quoted, replayed } from './feed-fixture'
import { stopAll, until } from './rig'

afterEach(stopAll)

const [FIRST, SECOND] = [marketOf(0), marketOf(1)]
const MINUTES = 60_000

describe('quotes that are refused', () => {
  it('are said once, named with the remedy in the status, and asked for again ten minutes later', async () => {
    const it = await feeding()
    it.feed.watch([FIRST])
    const [yes, no] = [await it.told.asked(FIRST, 'yes'), await it.told.asked(FIRST, 'no')]
    it.told.refuse(yes, 354, 'Requested market data is not subscribed.')
    it.told.refuse(no, 354, 'Requested market data is not subscribed.')
    await until('both withheld', () => it.feed.state().withheld.filter(({ why }) => why.includes('354')).length === 2)
    expect(it.feed.state().withheld[0]).toMatchObject({
      market: FIRST,
      outcome: 'yes',
      why: expect.stringContaining('Client Portal') as string,
    })
    it.clock.offsetMs += 9 * MINUTES
    it.feed.watch([SECOND])
    await it.told.asked(SECOND, 'no')
    expect(it.told.subscriptions).toBe(4)
    it.clock.offsetMs += 2 * MINUTES
    await it.told.asked(FIRST, 'yes', 2)
    await it.told.asked(FIRST, 'no', 2)
    expect(it.log.lines.filter((line) => line.includes('354'))).toHaveLength(1)
  })

  it('101: what has no line left is not cancelled but soon asked for again, the others go on', async () => {
    const it = await feeding()
    await quoted(it, FIRST)
    it.feed.watch([SECOND])
    it.told.refuse(await it.told.asked(SECOND, 'yes'), 101, 'Max number of tickers has been reached')
    await until('withheld', () => it.feed.state().withheld.some(({ why }) => why.includes('market_data_lines')))
    it.clock.offsetMs += 31_000
    await it.told.asked(SECOND, 'yes', 2)
    expect(it.told.cancelled()).not.toContain(it.told.requests(SECOND, 'yes')[0])
    expect(last(it, FIRST, 'yes', 'ask')).toMatchObject({ price: 4500 })
  })

  it('delayed data empties the book and says so (trap 8)', async () => {
    const it = await feeding()
    await quoted(it, FIRST)
    await until('quotes', () => last(it, FIRST, 'yes', 'ask') !== undefined)
    it.told.live(it.told.requests(FIRST, 'yes')[0] ?? '', 3)
    await until('empty', () => last(it, FIRST, 'yes', 'ask')?.op === 'top' && it.feed.state().withheld.length === 1)
    expect(last(it, FIRST, 'yes', 'ask')).toMatchObject({ price: null })
    expect(it.feed.state().withheld[0]?.why).toContain('delayed, not live')
  })

  it('a quote that cannot be read empties its book: the old one may be wrong', async () => {
    const it = await feeding()
    await quoted(it, FIRST)
    it.told.ask(it.told.requests(FIRST, 'yes')[0] ?? '', 7.5, 1)
    await until('unreadable', () => kinds(it, 'unreadable').length === 1)
    expect(last(it, FIRST, 'yes', 'ask')).toMatchObject({ price: null, quantity: null })
    it.clock.offsetMs += MINUTES
    await it.told.asked(FIRST, 'yes', 2)
    it.stop()
    expect(replayed(it)).toEqual(it.events)
  })
})

describe('a competing session (10197)', () => {
  it('told without a number is about all quotes: the books are emptied, and nothing vouches for them', async () => {
    const it = await feeding()
    await quoted(it, FIRST, SECOND)
    await until('quotes', () => last(it, SECOND, 'no', 'ask') !== undefined)
    it.told.notice(10197, 'No market data during competing live session')
    await until('all withheld', () => it.feed.state().withheld.filter(({ why }) => why.includes('10197')).length >= 3)
    for (const market of [FIRST, SECOND]) expect(last(it, market, 'yes', 'ask')).toMatchObject({ price: null, quantity: null })
    const alive = kinds(it, 'alive').length
    const heard = it.frameLog.named('in', 'currentTime').length
    await until('heartbeats', () => it.frameLog.named('in', 'currentTime').length > heard + 1)
    expect(kinds(it, 'alive')).toHaveLength(alive)
    it.stop()
    expect(replayed(it)).toEqual(it.events)
  })

  it('stops all quotes; one book only is asked for again until it has some, then all are', async () => {
    const it = await feeding()
    await quoted(it, FIRST, SECOND)
    for (const market of [FIRST, SECOND])
      for (const outcome of ['yes', 'no'] as const) it.told.refuse(it.told.requests(market, outcome)[0] ?? '', 10197, 'competing')
    await until('one asked again', () => it.told.subscriptions === 5)
    const again = await it.told.asked(FIRST, 'yes', 2)
    it.told.refuse(again, 10197, 'competing')
    it.clock.offsetMs += 6_000
    await until('one asked a third time', () => it.told.subscriptions === 6)
    const third = it.told.requests(FIRST, 'yes')[2] ?? ''
    it.told.live(third)
    it.told.ask(third, 0.45, 20)
    await until('quotes again', () => it.feed.state().withheld.length < 4)
    await until('all are asked', () => it.told.subscriptions === 9)
    expect(it.log.lines.filter((line) => line.includes('10197'))).toHaveLength(1)
  })
})

describe('what the gateway does not tell', () => {
  it('a subscription without any answer is sent again after half a minute', async () => {
    const it = await feeding()
    it.feed.watch([FIRST])
    const first = await it.told.asked(FIRST, 'yes')
    expect(it.feed.state().withheld[0]?.why).toContain('no answer')
    it.clock.offsetMs += 31_000
    await it.told.asked(FIRST, 'yes', 2)
    expect(it.told.cancelled()).toContain(first)
  })

  it('a market without contracts is looked up less and less, and said once', async () => {
    let looks = 0
    const contracts = (): Promise<never> => Promise.reject(new RangeError(`no contracts (${(looks += 1) > 9 ? 'later' : 'yet'})`))
    const it = await feeding({ catalog: { ...catalog, contracts } })
    it.feed.watch([FIRST])
    await until('looked up', () => it.feed.state().unlisted.length === 1)
    for (const [waitMs, times] of [
      [11_000, 2],
      [21_000, 3],
    ] as const) {
      it.clock.offsetMs += waitMs
      await until(`look ${times}`, () => looks === times)
    }
    expect(it.log.lines.filter((line) => line.includes('could not be subscribed'))).toHaveLength(1)
  })
})
