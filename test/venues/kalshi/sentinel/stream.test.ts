import { marketId } from '../../../../src/core/ids'
import type { BookChange, FeedEvent } from '../../../../src/core/market/event'
import { BookDirectory } from '../../../../src/core/market/reference'
import { bookIndex, millis, price, quantity } from '../../../../src/core/units'
import type { FrameLog } from '../../../../src/ports/frame-log'
import type { Check } from '../../../../src/venues/kalshi/sentinel/inspect'
import { StreamInspection } from '../../../../src/venues/kalshi/sentinel/stream'
import { KalshiSession } from '../../../../src/venues/kalshi/wire/session'
import { recordings } from '../fakes'
import { frames, OTHERS, windows } from '../stream-wire/samples'

const MARKET = 'KXFED-26DEC-T4.25'
const START = Date.UTC(2026, 10, 22)
const SUBSCRIBED = { type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 } }
const SNAPSHOT = { market_ticker: MARKET, market_id: 'm', yes_dollars_fp: [['0.4600', '120.00']] }
const DELTA = { market_ticker: MARKET, price_dollars: '0.4800', delta_fp: '-40.00', side: 'no', ts_ms: START }
const FILL = {
  ...{ trade_id: 't', order_id: 'o', market_ticker: MARKET, exchange_index: 0, is_taker: true, side: 'yes', action: 'buy', ts: 1 },
  ...{ yes_price_dollars: '0.4800', count_fp: '1.00', fee_cost: '0.0175', outcome_side: 'yes', book_side: 'bid', ts_ms: START },
}

/** A session over the tapped log, as the feed and the wiring put them together. */
class Tapped {
  readonly inspection = new StreamInspection()
  readonly #log: FrameLog
  readonly #session: KalshiSession
  atMs = START
  #n = 0
  #seq = 0

  constructor(market = MARKET) {
    const directory = new BookDirectory()
    directory.indexOf('kalshi', marketId(market), 'yes')
    this.#log = this.inspection.tap({ stamp: (frame) => ({ ...frame, n: ++this.#n, recvMs: millis(this.atMs), monoNs: 0n }) })
    this.#session = new KalshiSession({
      ...{ directory, sequence: 'ignore' },
      emit: (event: FeedEvent) => this.inspection.hear(event),
      notice: ({ kind }) => (kind === 'fill' ? this.inspection.heardFill() : undefined),
    })
    this.say(SUBSCRIBED)
  }
  say(message: object): this {
    return this.frame(JSON.stringify(message))
  }
  frame(text: string): this {
    this.#session.receive(this.#log.stamp({ venue: 'kalshi', conn: 1, dir: 'in', payload: Buffer.from(text) }))
    return this
  }
  book(type: 'orderbook_snapshot' | 'orderbook_delta', msg: object): this {
    return this.say({ type, sid: 1, seq: ++this.#seq, msg })
  }
  fill(msg: object): this {
    return this.say({ type: 'fill', sid: 2, msg })
  }
  check(type: string): Check | undefined {
    return this.inspection.checks().find(({ check }) => check === `WebSocket ${type}`)
  }
  failed(): readonly string[] {
    return this.inspection.checks().flatMap(({ verdict, check, detail }) => (verdict === 'failed' ? [`${check}: ${detail}`] : []))
  }
}

it('lists what it compared: one of each type now and then', () => {
  const tapped = new Tapped()
  expect(tapped.inspection.checks().map(({ detail }) => detail)).toEqual(Array(3).fill('none has come yet'))
  tapped.book('orderbook_snapshot', SNAPSHOT)
  for (let i = 0; i < 5; i++) tapped.book('orderbook_delta', DELTA)
  tapped.atMs += 600_000
  tapped.book('orderbook_delta', DELTA).fill(FILL)
  expect(tapped.inspection.checks()).toMatchObject([
    { check: 'WebSocket orderbook_snapshot', verdict: 'ok', detail: 'as expected (1 compared)' },
    { check: 'WebSocket orderbook_delta', verdict: 'ok', detail: 'as expected (2 compared)' },
    { check: 'WebSocket fill', verdict: 'ok', detail: 'as expected (1 compared)' },
  ])
})

it('a field that nobody knows is a notice, and forbids nothing', () => {
  const tapped = new Tapped().book('orderbook_snapshot', { ...SNAPSHOT, colour: 'red' })
  expect(tapped.check('orderbook_snapshot')).toMatchObject({ verdict: 'notice', detail: 'msg.colour is new (1 compared)' })
})

describe('a field that money depends on', () => {
  const dollars = 'a dollar string of at most 4 decimals'
  it.each([
    ['orderbook_snapshot', { ...SNAPSHOT, yes_dollars_fp: [[46, 120]] }, `msg.yes_dollars_fp[][0] is 46, expected ${dollars}`],
    ['orderbook_snapshot', { ...SNAPSHOT, no_dollars_fp: {} }, 'msg.no_dollars_fp is {}, expected a list'],
    ['orderbook_delta', { ...DELTA, price_dollars: undefined }, `msg.price_dollars is missing, expected ${dollars}`],
    ['orderbook_delta', { ...DELTA, delta_fp: -40 }, 'msg.delta_fp is -40, expected a count string of at most 2 decimals'],
    ['orderbook_delta', { ...DELTA, side: 'bid' }, 'cannot be read: neither yes nor no: bid'],
  ] as const)('%s: %j names it', (type, msg, detail) => {
    const tapped = new Tapped().book('orderbook_snapshot', SNAPSHOT).book('orderbook_delta', DELTA).book(type, msg)
    expect(tapped.failed()).toEqual([expect.stringContaining(`WebSocket ${type}: ${detail}`)])
  })

  it('of a fill, too', () => {
    const tapped = new Tapped().fill({ ...FILL, fee_cost: 0.0175 })
    expect(tapped.failed()).toEqual(['WebSocket fill: msg.fee_cost is 0.0175, expected a dollar string of at most 6 decimals'])
  })

  it('is forgiven by a good message a minute later, and not by one among bad ones', () => {
    const tapped = new Tapped()
    const good = (): readonly string[] => tapped.book('orderbook_snapshot', SNAPSHOT).book('orderbook_delta', DELTA).failed()
    tapped.book('orderbook_snapshot', SNAPSHOT).book('orderbook_delta', { ...DELTA, delta_fp: 1 })
    tapped.atMs += 59_000
    expect(good()).toHaveLength(1)
    tapped.book('orderbook_delta', { ...DELTA, delta_fp: 1 })
    tapped.atMs += 59_000
    expect(good()).toHaveLength(1)
    tapped.atMs += 1_000
    expect(tapped.failed()).toHaveLength(1) // nothing has come
    expect(good()).toEqual([])
  })

  it('what is no message at all concerns no type', () => {
    expect(new Tapped().frame('not JSON').say({ type: 'who knows' }).failed()).toEqual([])
  })
})

recordings('recorded messages', () => {
  const inspection = new StreamInspection()
  let atMs = START
  const log = inspection.tap({ stamp: (frame) => ({ ...frame, n: 0, recvMs: millis((atMs += 600_000)), monoNs: 0n }) })
  const book = { venue: 'kalshi', conn: 1, n: 0, recvMs: millis(START), kind: 'book', venueMs: null } as const
  const CHANGES: Readonly<Record<string, BookChange>> = {
    orderbook_snapshot: { book: bookIndex(0), op: 'replace', bids: [], asks: [] },
    orderbook_delta: { book: bookIndex(0), op: 'add', side: 'bid', price: price('0.50'), delta: quantity('1') },
  }
  it('are as expected, every field of them', () => {
    for (const name of [...OTHERS, ...windows().slice(0, 1)])
      for (const text of frames(name).slice(0, 2_000)) {
        const { type } = JSON.parse(text) as { type: string }
        log.stamp({ venue: 'kalshi', conn: 1, dir: 'in', payload: Buffer.from(text) })
        if (type === 'fill') inspection.heardFill()
        else if (CHANGES[type]) inspection.hear({ ...book, change: CHANGES[type] })
        expect(inspection.checks().filter(({ verdict }) => verdict !== 'ok')).toEqual([])
      }
    expect(inspection.checks().slice(0, 2)).not.toContainEqual(expect.objectContaining({ detail: 'none has come yet' }))
  })
})
