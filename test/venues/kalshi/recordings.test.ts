import { marketId } from '../../../src/core/ids'
import { reading, type Book, type Reading } from './books'
import { readLines, readShared, recordings } from './fakes'

interface Recorded {
  readonly type: string
  readonly seq?: number
  readonly msg: {
    readonly market_ticker: string
    readonly yes_dollars_fp?: [string, string][]
    readonly no_dollars_fp?: [string, string][]
    readonly side: 'yes' | 'no'
    readonly price_dollars: string
    readonly delta_fp: string
  }
}
const events = (name: string): Recorded[] => readLines(name).map((line) => (JSON.parse(line) as { event: Recorded }).event)

/** Written against the venue's document alone: NO levels in NO terms, changes added up, empty levels removed. */
function model(recorded: readonly Recorded[]): Map<string, Book> {
  const books = new Map<string, Book>()
  const at = (side: 'yes' | 'no', dollars: string): number =>
    (side === 'yes' ? 0 : 10_000) + (side === 'yes' ? 1 : -1) * Math.round(Number(dollars) * 1e4)
  for (const { type, msg } of recorded) {
    if (type === 'orderbook_snapshot') {
      const side = (name: 'yes' | 'no', levels: [string, string][] = []): Map<number, number> =>
        new Map(levels.map(([dollars, size]) => [at(name, dollars), Math.round(Number(size) * 100)]))
      books.set(msg.market_ticker, { bid: side('yes', msg.yes_dollars_fp), ask: side('no', msg.no_dollars_fp) })
    }
    if (type === 'orderbook_delta') {
      const side = books.get(msg.market_ticker)?.[msg.side === 'yes' ? 'bid' : 'ask']
      const price = at(msg.side, msg.price_dollars)
      const size = (side?.get(price) ?? 0) + Math.round(Number(msg.delta_fp) * 100)
      if (size === 0) side?.delete(price)
      else side?.set(price, size)
    }
  }
  return books
}
const bookOf = (all: Reading, market: string): Book | undefined => {
  const index = all.directory.find('kalshi', marketId(market), 'yes')
  return index === null ? undefined : all.books.of(index)
}
const forgets = (all: Reading): number => all.events.filter((event) => event.kind === 'forget').length

recordings('KalshiSession on recordings', () => {
  it('follows a complete subscription without a gap, acknowledgements counted, to the books of an independent model', () => {
    const recorded = events('kalshi_ws/mlb_20260807_orderbook.ndjson.gz')
    const all = reading()
    for (const event of recorded) all.feed(event)
    const expected = model(recorded)
    expect([forgets(all), expected.size, all.directory.size]).toEqual([0, 12, 12])
    for (const [market, book] of expected) expect(bookOf(all, market)).toEqual(book)
    expect(all.events.some((event) => event.kind === 'unreadable')).toBe(false)
  })

  it('repairs the book by the snapshot after a real reconnect', () => {
    const recorded = events('kalshi_ws/gold15m/KXGOLD15M-26AUG102030-30_2026-08-11.ndjson.gz')
    const again = recorded.findIndex((event, i) => i > 0 && event.type === 'orderbook_snapshot' && event.seq === 22)
    const all = reading('ignore')
    for (const event of recorded.slice(0, again)) all.feed(event)
    const before = model(recorded.slice(0, again)).get('KXGOLD15M-26AUG102030-30')
    expect(bookOf(all, 'KXGOLD15M-26AUG102030-30')).toEqual(before)
    for (const event of recorded.slice(again)) all.feed(event)
    expect(bookOf(all, 'KXGOLD15M-26AUG102030-30')).toEqual(model(recorded).get('KXGOLD15M-26AUG102030-30'))
  })

  it('forgets the book at that reconnect when it checks the sequence', () => {
    const recorded = events('kalshi_ws/gold15m/KXGOLD15M-26AUG102030-30_2026-08-11.ndjson.gz')
    const books = recorded.filter((event) => event.type !== 'trade')
    const again = books.findIndex((event, i) => i > 0 && event.seq === 22)
    // the file was split per market: numbered as one subscription, up to the real break
    const all = reading()
    for (const [i, event] of books.slice(0, again).entries()) all.feed({ ...event, seq: 1_000 + i })
    expect(forgets(all)).toBe(0)
    const [broken, repaired] = all.feed({ ...books[again] })
    expect([broken?.kind, repaired?.kind]).toEqual(['forget', 'book'])
  })

  it('drops deltas before any snapshot: only the empty one of the close counts', () => {
    const all = reading('ignore')
    for (const event of events('kalshi_ws/gold15m/KXGOLD15M-26AUG102000-00_2026-08-11.ndjson.gz')) all.feed(event)
    const told = all.events.flatMap((event) => (event.kind === 'book' ? [event.change] : []))
    expect(told).toEqual([{ book: 0, op: 'replace', bids: [], asks: [] }])
    expect(all.notices.filter((notice) => notice.kind === 'unknown-books')).toHaveLength(1)
  })

  it.each([
    ['ws__orderbook_trade_yes', 5_200, 200],
    ['ws__orderbook_trade_noleg', 5_200, 100],
  ])('%s: NO levels become asks by what the command asked for', (name, price, quantity) => {
    const all = reading()
    const meta = JSON.parse(readShared(`kalshi_wire_captures/${name}.meta.json`).toString('utf8')) as { subscribe_cmd: object }
    all.feed(meta.subscribe_cmd, 'out')
    for (const line of readLines(`kalshi_wire_captures/${name}.jsonl`)) all.feed(line)
    expect(all.books.of(0)?.ask).toEqual(new Map([[price, quantity]]))
    expect(forgets(all)).toBe(0)
  })

  it('reads the single messages; tickers with integer cents are refused', () => {
    const all = reading()
    const recorded = readLines('kalshi_ws/message_samples.jsonl').map((line) => (JSON.parse(line) as { event: { type: string } }).event)
    const refused = recorded.filter((event) => all.feed(event).some(({ kind }) => kind === 'unreadable'))
    expect(refused.map(({ type }) => type)).toEqual(['ticker', 'ticker'])
  })
})
