import { orderId, tradeId, type Venue } from '../../../src/core/ids'
import type { Level } from '../../../src/core/market/event'
import { depthOf, taken } from '../../../src/core/market/ladder'
import { BookDirectory } from '../../../src/core/market/reference'
import { withinLimit } from '../../../src/core/trade/fill-model'
import type { Fill, OrderIntent } from '../../../src/core/trade/order'
import { PAPER_PRESETS, type PaperPreset } from '../../../src/core/trade/paper'
import type { LegOutcome } from '../../../src/core/trade/outcome'
import { millis, notional, price, quantity } from '../../../src/core/units'
import type { RecordRow, ShadowRow } from '../../../src/ports/record'
import { arrive, fillsOf } from '../../../src/venues/paper/fills'
import { PaperMarket } from '../../../src/venues/paper/market'
import { Shadows, type Look, type ShadowOptions } from '../../../src/venues/paper/shadow'
import { Chances, seedOf } from '../../chances'
import { LogBook, SettableClock, until } from '../../stores/doubles'
import { AT, displayed, FEES, MARKET, randomBook, randomOrder } from './worlds'

const WORLDS = 200
/** More orders than may have twins at once. */
const MANY = 2_000
const PRESETS = Object.keys(PAPER_PRESETS) as PaperPreset[]
const NOTHING: LegOutcome = { kind: 'done', filled: quantity(0) }

/** Waits pass at once, or when they are let. */
class GatedClock extends SettableClock {
  isOpen = true
  readonly #waiting: (() => void)[] = []
  override sleep(durationMs = 0, signal?: AbortSignal): Promise<void> {
    const overMs = this.nowMs() + durationMs
    return new Promise((resolve, reject) => {
      const pass = (): void => {
        this.advance(Math.max(0, overMs - this.nowMs()))
        resolve()
      }
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
      if (this.isOpen) pass()
      else this.#waiting.push(pass)
    })
  }
  open(): void {
    for (const pass of this.#waiting.splice(0)) pass()
  }
}

class Desk {
  readonly clock = new GatedClock(AT)
  readonly log = new LogBook()
  readonly rows: ShadowRow[] = []
  readonly shadows: Shadows

  constructor(look: ShadowOptions['look'], changed: Partial<ShadowOptions> = {}) {
    this.shadows = new Shadows({
      ...{ mode: 'sim', preset: 'pessimistic', model: PAPER_PRESETS.pessimistic, seed: 's', look, strategyOf: () => 'edge' },
      ...{ fees: (venue) => FEES[venue], access: () => 'open', clock: this.clock, log: this.log },
      record: { offer: (row: RecordRow) => void (row.kind === 'shadow' && this.rows.push(row)) },
      ...changed,
    })
  }
  /** The order's bytes are written. */
  async sent(order: OrderIntent): Promise<void> {
    this.shadows.sent(order)
    await Promise.resolve()
  }
  recorded(orders: number): Promise<void> {
    return until(`${orders} rows`, () => this.rows.length === orders)
  }
}

const less = (levels: readonly Level[], own: readonly Level[]): readonly Level[] =>
  levels.flatMap(({ price: at, quantity: size }) => {
    const left = size - depthOf(own.filter((level) => level.price === at))
    return left > 0 ? [{ price: at, quantity: quantity(left) }] : []
  })
const order: OrderIntent = {
  ...{
    clientOrderId: orderId(tradeId('t1'), 'a', 1),
    tradeId: tradeId('t1'),
    venue: 'kalshi',
    market: MARKET,
    outcome: 'yes',
    action: 'buy',
  },
  ...{ limit: price('0.42'), quantity: quantity('20'), timeInForce: 'ioc', purpose: 'opening', notAfterMs: millis(AT + 500) },
}
const ASKS: readonly Level[] = [
  { price: price('0.40'), quantity: quantity('30') },
  { price: price('0.45'), quantity: quantity('30') },
]
const seen = (levels: readonly Level[], ageMs = 7): Look => ({ levels, ageMs })

describe('the twin of an order', () => {
  const seed = seedOf()
  it.each(PRESETS)(`under %s fills as a paper venue over the same book, whatever its order took from it (seed ${seed})`, async (preset) => {
    const chances = new Chances(seed)
    const model = PAPER_PRESETS[preset]
    const looks = new Map<string, Look[]>()
    const desk = new Desk((of) => looks.get(of.clientOrderId)?.shift() ?? null, { model, preset })
    const wanted: { readonly order: OrderIntent; readonly fills: readonly Fill[] }[] = []
    for (let world = 0; world < WORLDS; world++) {
      const venue = chances.of<Venue>(['kalshi', 'forecastex'])
      const book = randomBook(chances, venue)
      const one = { ...randomOrder(chances, venue, 0, tradeId(`t${world}`)), notAfterMs: millis(AT + 1_000_000) }
      const directory = new BookDirectory()
      directory.indexOf(venue, MARKET, venue === 'kalshi' ? 'yes' : one.outcome)
      const market = new PaperMarket({ at: () => book }, directory, model)
      wanted.push({ order: one, fills: book.isLive ? arrive(one, market, { model, seed: 's', fees: FEES[venue], atMs: AT }) : [] })
      const levels = displayed(book, one)
      const most = withinLimit(levels, one.action, one.limit)
      const own = taken(most, quantity(chances.below(one.quantity + 1)))
      looks.set(one.clientOrderId, [seen(levels), seen(chances.below(2) === 0 ? levels : less(levels, own))])
      await desk.sent(one)
      desk.shadows.answered(one, { kind: 'done', filled: depthOf(own) })
      if (own.length > 0) desk.shadows.booked(one, fillsOf(one, own, AT))
    }
    await desk.recorded(WORLDS)
    for (const { order: one, fills } of wanted) {
      const row = desk.rows.find(({ clientOrderId }) => clientOrderId === one.clientOrderId)
      expect(row).toMatchObject({
        filled: depthOf(fills),
        cost: fills.reduce((sum, fill) => sum + notional(fill.price, fill.quantity), 0),
        fee: fills.reduce((sum, { fee }) => sum + (fee ?? 0), 0),
      })
      expect(row?.why === null).toBe(depthOf(fills) === one.quantity)
    }
    expect(wanted.filter(({ fills }) => fills.length > 0).length).toBeGreaterThan(WORLDS / 10)
  })

  it('is told with its order, its wait, its book and how long the venue took', async () => {
    const desk = new Desk(() => seen(ASKS))
    desk.clock.isOpen = false
    await desk.sent(order)
    desk.clock.advance(12)
    desk.shadows.answered(order, NOTHING)
    await new Promise(setImmediate)
    desk.clock.open()
    await desk.recorded(1)
    expect(desk.rows[0]).toEqual({
      ...{ kind: 'shadow', venue: 'kalshi', market: 'M', mode: 'sim', strategy: 'edge', outcome: 'yes', action: 'buy', purpose: 'opening' },
      ...{ timeInForce: 'ioc', preset: 'pessimistic', clientOrderId: 'cb-t1-a1', tradeId: 't1', limit: 4_200, quantity: 2_000 },
      // the ninth decile of Kalshi's table
      ...{ waitMicros: 42_000, metMicros: 42_000, bookAgeMicros: 7_000, displayed: 3_000, filled: 2_000, cost: 8_000_000 },
      ...{ fee: expect.any(Number) as number, why: null, answeredMicros: 12_000, atMs: AT },
    })
    expect(desk.shadows.counts).toEqual({ waiting: 0, refused: 0 })
  })

  it('meets the book as it was when its bytes left, though what they did is heard of in the very next turn', async () => {
    let levels: readonly Level[] = ASKS
    const desk = new Desk(() => seen(levels))
    desk.clock.isOpen = false
    await desk.sent(order)
    const own: readonly Fill[] = [{ price: price('0.40'), quantity: quantity('20') } as Fill]
    levels = less(ASKS, own)
    await new Promise(setImmediate)
    desk.shadows.booked(order, own)
    desk.clock.open()
    await desk.recorded(1)
    expect(desk.rows[0]).toMatchObject({ displayed: 3_000, filled: 2_000, why: null })
  })

  const short: readonly (readonly [why: string, changed: Partial<ShadowOptions>, of: Partial<OrderIntent>])[] = [
    ['fees', { fees: () => null }, {}],
    ['closed', { access: () => 'closed' }, {}],
    ['late', {}, { notAfterMs: AT }],
    ['no-book', { look: () => null }, {}],
    ['limit', {}, { limit: price('0.39') }],
    ['depth', {}, { quantity: quantity('40') }],
    ['chance', { model: { ...PAPER_PRESETS.pessimistic, fillRate: 0 } }, {}],
  ]
  it.each(short)('that does not fill whole says why: %s', async (why, changed, of) => {
    const desk = new Desk(() => seen(ASKS), changed)
    const one = { ...order, ...of }
    await desk.sent(one)
    desk.shadows.answered(one, { kind: 'rejected', reason: 'price', detail: '' })
    await desk.recorded(1)
    expect(desk.rows[0]).toMatchObject({ why, filled: why === 'depth' ? 2_700 : 0 })
  })

  it('is not of an order that never left, and a first answer that is none measures nothing', async () => {
    const desk = new Desk(() => seen(ASKS))
    const other = { ...order, clientOrderId: orderId(tradeId('t1'), 'b', 2) }
    await desk.sent(order)
    desk.shadows.answered(order, { kind: 'rejected', reason: 'guard', detail: 'no connection' })
    await desk.sent(other)
    desk.shadows.answered(other, { kind: 'unknown', cause: 'timeout' })
    desk.shadows.answered(other, NOTHING)
    await desk.recorded(1)
    expect(desk.rows).toMatchObject([{ clientOrderId: 'cb-t1-b2', answeredMicros: null, filled: 2_000 }])
    await until('none to wait', () => desk.shadows.counts.waiting === 0)
    expect(desk.log.lines).toEqual([])
  })

  it('does not stand in the way of its order: too many are refused and counted, a failure is told, an end ends them', async () => {
    const desk = new Desk(() => seen(ASKS))
    desk.clock.isOpen = false
    const sent = async (): Promise<void> => {
      for (let n = 0; n < MANY; n++) desk.shadows.sent({ ...order, clientOrderId: orderId(tradeId(`t${n}`), 'a', 1) })
      await Promise.resolve()
    }
    await sent()
    const { waiting: most, refused } = desk.shadows.counts
    expect([most + refused, refused > 1]).toEqual([MANY, true])
    // once, however many have none
    expect(desk.log.lines).toMatchObject([{ level: 'warn', fields: { clientOrderId: `cb-t${most}-a1`, refused: 1 } }])
    desk.shadows.close()
    await until('their end', () => desk.shadows.counts.waiting === 0)
    // and of another shortage again
    await sent()
    expect(desk.log.lines.filter(({ level }) => level === 'warn')).toMatchObject([{}, { fields: { refused: refused + 1 } }])
    desk.shadows.close()
    await until('their end', () => desk.shadows.counts.waiting === 0)
    const failing = new Desk(() => {
      throw new Error('no look')
    })
    await failing.sent(order)
    await until('its end', () => failing.shadows.counts.waiting === 0)
    expect(failing.log.messages('error')).toHaveLength(1)
    const waiting = new Desk(() => seen(ASKS))
    await waiting.sent(order)
    waiting.shadows.close()
    await until('its end', () => waiting.shadows.counts.waiting === 0)
    expect(waiting.rows).toEqual([])
    expect(waiting.log.messages('info')).toEqual(['twins on paper were under way: their orders have none'])
  })
})
