import { marketId, type MarketId } from '../../../src/core/ids'
import { Book } from '../../../src/core/market/book'
import { bookIndex, millis, price, quantity, type Millis } from '../../../src/core/units'
import type { Clock } from '../../../src/ports/clock'
import { Auditor } from '../../../src/streaming/audit/auditor'
import type { Depth } from '../../../src/streaming/audit/look'
import { LogBook } from '../../stores/doubles'

const START = Date.UTC(2026, 10, 21, 15)
const level = (at: string, of: string) => ({ price: price(at), quantity: quantity(of) })
const SOUND: Depth = { bids: [level('0.40', '10')], asks: [level('0.42', '5')] }
const WRONG: Depth = { bids: [level('0.40', '13')], asks: [level('0.42', '5')] }

/** Time passes when somebody sleeps. */
class Rig implements Clock {
  #nowMs = START
  /** Markets asked for, by the second in which they were. */
  readonly asked: { readonly atMs: number; readonly markets: readonly MarketId[] }[] = []
  readonly bars: string[] = []
  readonly forgotten: MarketId[] = []
  readonly log = new LogBook()
  readonly books = new Map<MarketId, Book>()
  watched: MarketId[] = []
  urgent: MarketId[] = []
  /** What REST tells, where it is not the sound book. */
  readonly told = new Map<MarketId, Depth | 'nothing'>()
  fails = false
  isSilent = false
  onSleep: () => void = () => undefined
  readonly auditor = new Auditor({
    watched: () => this.watched,
    urgent: () => this.urgent,
    bookOf: (market) => ({
      index: bookIndex(this.watched.indexOf(market)),
      book: this.books.get(market) ?? new Book(),
      confirmedAtMs: this.isSilent ? millis(START) : this.nowMs(),
    }),
    read: (markets) => this.#read(markets),
    forget: (markets) => void this.forgotten.push(...markets),
    bar: (market, reason) => void this.bars.push(`${market ?? 'venue'}: ${reason ?? 'lifted'}`),
    clock: this,
    log: this.log,
  })

  constructor(markets: number) {
    this.watched = Array.from({ length: markets }, (_, at) => marketId(`M${at}`))
    for (const [at, market] of this.watched.entries()) {
      const book = new Book()
      book.apply({ book: bookIndex(at), op: 'replace', ...SOUND }, 1, millis(START))
      this.books.set(market, book)
    }
  }

  nowMs = (): Millis => millis(this.#nowMs)
  monoNs = (): bigint => BigInt(this.#nowMs) * 1_000_000n
  async sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#nowMs += durationMs
    this.onSleep()
    await new Promise(setImmediate)
  }

  /** Lets the auditor work for so long. */
  async run(forMs: number): Promise<void> {
    const ended = new AbortController()
    const untilMs = this.#nowMs + forMs
    this.onSleep = () => (this.#nowMs >= untilMs ? ended.abort() : undefined)
    await this.auditor.run(ended.signal).catch(() => undefined)
  }

  #read(markets: readonly MarketId[]): Promise<ReadonlyMap<MarketId, Depth>> {
    this.asked.push({ atMs: this.#nowMs - START, markets })
    if (this.fails) return Promise.reject(new Error('503'))
    const told = markets.flatMap((market): [MarketId, Depth][] => {
      const depth = this.told.get(market) ?? SOUND
      return depth === 'nothing' ? [] : [[market, depth]]
    })
    return Promise.resolve(new Map(told))
  }
}
const M0 = marketId('M0')

describe('the auditor', () => {
  it('looks at every book once a minute, a hundred at a time, and at urgent ones each ten seconds', async () => {
    const rig = new Rig(250)
    rig.urgent = [marketId('M7')]
    await rig.run(59_000)
    const times = (market: string): number => rig.asked.filter(({ markets }) => markets.includes(marketId(market))).length
    expect([times('M0'), times('M249')]).toEqual([1, 1])
    expect(times('M7')).toBeGreaterThanOrEqual(5)
    expect(Math.max(...rig.asked.map(({ markets }) => markets.length))).toBe(100)
    expect(rig.bars).toEqual([])
  })

  it('stays within its budget of 600 tokens a minute, whatever there is to read', async () => {
    const rig = new Rig(10_000)
    await rig.run(300_000)
    expect(rig.asked.length * 10).toBeLessThanOrEqual(5 * 600)
    expect(new Set(rig.asked.flatMap(({ markets }) => markets)).size).toBe(10_000)
  })

  it('bars a market that differs at once, and forgets its book when it differs again', async () => {
    const rig = new Rig(5)
    rig.told.set(M0, WRONG)
    await rig.run(5_500)
    const what = 'bid 0.4000: 10.00 here, 13.00 by REST'
    expect(rig.bars).toEqual([`M0: differs from REST, read again: ${what}`, `M0: book differed from REST twice: ${what}`])
    expect([rig.forgotten, rig.asked[1]?.markets]).toEqual([[M0], [M0]])
    expect(rig.auditor.state()).toMatchObject({ differed: 1, mismatches: 1, degraded: [{ market: M0 }], venueReason: null })
  })

  it('trusts it again after two looks in which it was right', async () => {
    const rig = new Rig(5)
    rig.told.set(M0, WRONG)
    await rig.run(5_500)
    rig.told.clear()
    const before = rig.asked.length
    await rig.run(20_000)
    expect(rig.bars.at(-1)).toBe('M0: lifted')
    expect(rig.asked.slice(before).filter(({ markets }) => markets.includes(M0)).length).toBe(2)
    expect(rig.auditor.state().degraded).toEqual([])
  })

  it('takes a first difference back when the second look is clean', async () => {
    const rig = new Rig(5)
    rig.told.set(M0, WRONG)
    rig.onSleep = () => undefined
    await rig.run(2_500)
    rig.told.clear()
    await rig.run(4_000)
    expect([rig.bars.at(-1), rig.forgotten]).toEqual(['M0: lifted', []])
  })

  it('degrades the venue when a quarter of the books differ, and lifts it again', async () => {
    const rig = new Rig(8)
    for (const market of ['M0', 'M1']) rig.told.set(marketId(market), WRONG)
    await rig.run(6_000)
    expect(rig.bars.at(-1)).toBe('venue: 2 of 8 books differ from REST')
    rig.told.clear()
    await rig.run(30_000)
    expect(rig.bars.at(-1)).toBe('venue: lifted')
  })
})

describe('a look that says nothing', () => {
  it.each([
    ['the market is left out of the answer', (rig: Rig) => void rig.told.set(M0, 'nothing')],
    ['its connection stays silent', (rig: Rig) => void ((rig.isSilent = true), rig.told.set(M0, WRONG))],
    ['the book is told anew meanwhile', (rig: Rig) => spoil(rig)],
  ])('bars nothing: %s', async (_what, arrange) => {
    const rig = new Rig(1)
    arrange(rig)
    await rig.run(12_000)
    expect([rig.bars, rig.forgotten]).toEqual([[], []])
    expect(rig.auditor.state()).toMatchObject({ books: 0, differed: 0 })
    expect(rig.auditor.state().void).toBeGreaterThan(0)
  })

  it('asks again for a book that its connection does not tell: nothing else would', async () => {
    const rig = new Rig(2)
    rig.books.get(M0)?.apply({ book: bookIndex(0), op: 'add', side: 'bid', price: price('0.40'), delta: quantity('-11') }, 2, millis(START))
    await rig.run(12_000)
    expect([rig.bars, rig.forgotten]).toEqual([[], [M0]])
    // one that is told meanwhile, or whose connection is silent, is left alone
    rig.books.get(M0)?.apply({ book: bookIndex(0), op: 'replace', ...SOUND }, 3, millis(START))
    rig.books.get(marketId('M1'))?.forget()
    rig.isSilent = true
    await rig.run(120_000)
    expect(rig.forgotten).toEqual([M0])
  })

  it('keeps nobody else from being looked at, however long a suspect has no answer', async () => {
    const rig = new Rig(5)
    rig.told.set(M0, WRONG)
    await rig.run(2_500)
    expect(rig.bars).toHaveLength(1)
    rig.told.set(M0, 'nothing')
    const before = rig.asked.length
    await rig.run(120_000)
    expect(rig.asked.slice(before).filter(({ markets }) => markets.includes(marketId('M4'))).length).toBeGreaterThanOrEqual(1)
    rig.told.delete(M0)
    await rig.run(6_000)
    expect(rig.bars.at(-1)).toBe('M0: lifted')
  })

  it('is counted and told when REST does not answer', async () => {
    const rig = new Rig(1)
    rig.fails = true
    await rig.run(70_000)
    expect([rig.bars, rig.auditor.state().unanswered]).toEqual([[], 2])
    expect(rig.log.messages('warn')).toHaveLength(2)
  })

  it('ends what was held against a market that is watched no longer', async () => {
    const rig = new Rig(5)
    rig.told.set(M0, WRONG)
    await rig.run(5_500)
    rig.watched = rig.watched.filter((market) => market !== M0)
    await rig.run(1_000)
    expect([rig.bars.at(-1), rig.auditor.state().degraded]).toEqual(['M0: lifted', []])
  })
})

function spoil(rig: Rig): void {
  rig.told.set(M0, WRONG)
  const change = { book: bookIndex(0), op: 'replace', ...SOUND } as const
  const event = { kind: 'book', venue: 'kalshi', conn: 1, n: 1, recvMs: millis(START), venueMs: null, change } as const
  rig.onSleep = () => undefined
  const run = rig.run.bind(rig)
  rig.run = (forMs) => {
    const running = run(forMs)
    const before = rig.onSleep
    rig.onSleep = () => {
      before()
      rig.auditor.hear(event)
    }
    return running
  }
}
