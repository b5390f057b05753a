import { bookLateFills, LateFills, type LateFillsAtVenue } from '../../src/activities/late-fills'
import { marketId, type ClientOrderId, type TradeId } from '../../src/core/ids'
import type { Fill, OrderIntent } from '../../src/core/trade/order'
import { millis, money, price, quantity } from '../../src/core/units'
import type { Statement } from '../../src/ports/account'
import type { Successors } from '../../src/ports/trader'
import { cureOrder, DECIDED_MS, unpairedOf } from '../saga/plan'
import { LogBook, until } from '../stores/doubles'
import { fillOf, FIRST, LeapingClock, MemoryJournal, PLAN, ScriptedEntry, SECOND } from './doubles'

const NEVER = new AbortController().signal
const LATE: Fill = { ...fillOf(SECOND, quantity('3')), executionId: 'x2' }

/** A process whose journal says that the second leg is final with seven of ten contracts. */
class Desk implements Successors {
  readonly journal = new MemoryJournal()
  readonly forecastex = new ScriptedEntry('forecastex')
  readonly started: string[] = []
  readonly log = new LogBook()
  readonly clock = new LeapingClock()
  readonly over = new AbortController()
  hasEnded: boolean | Error = true
  readonly lateFills: LateFills

  constructor() {
    const hasEnded = (): Promise<boolean> =>
      this.hasEnded instanceof Error ? Promise.reject(this.hasEnded) : Promise.resolve(this.hasEnded)
    const entries = { kalshi: new ScriptedEntry('kalshi'), forecastex: this.forecastex }
    this.lateFills = new LateFills(
      { entries, journal: this.journal, successors: this, hasEnded, clock: this.clock, log: this.log },
      this.over.signal,
    )
  }

  start(tradeId: TradeId, reason: string): ReturnType<Successors['start']> {
    this.started.push(`${tradeId}: ${reason}`)
    return Promise.resolve({ kind: 'started' })
  }
  async finalOf(order: OrderIntent, fills: readonly Fill[], isBooked = true): Promise<void> {
    const { clientOrderId } = order
    await this.journal.append({ mark: 'final', clientOrderId, atMs: DECIDED_MS, order, fills })
    if (isBooked) await this.journal.append({ mark: 'booked', clientOrderId, atMs: DECIDED_MS })
  }
  hear(executionId: string, order: OrderIntent = SECOND): void {
    this.lateFills.hear({ clientOrderId: order.clientOrderId, executionId })
  }
  /** The fee of the order's first execution is told. */
  hearFee(): void {
    this.lateFills.hear({ clientOrderId: SECOND.clientOrderId, executionId: 'x1', tellsFee: true })
  }
  get finals(): number {
    return this.journal.marks(SECOND.clientOrderId).filter(({ mark }) => mark === 'final').length
  }
}

const seven = fillOf(SECOND, quantity('7'))

describe('a fee that is told after its order was final', () => {
  const untold: Fill = { ...seven, fee: null }

  it('goes to the journal, to take the place of its estimate; nothing is left to cure', async () => {
    const desk = new Desk()
    await desk.finalOf(SECOND, [untold])
    desk.forecastex.finals = [{ quantity: quantity('7'), fills: [seven] }]
    desk.hearFee()
    await until('the final mark', () => desk.finals === 2)
    expect(desk.journal.marks(SECOND.clientOrderId).at(-1)).toMatchObject({ mark: 'final', fills: [seven] })
    expect([desk.log.messages('info'), desk.log.messages('error'), desk.started]).toEqual([
      ['a fee was told late: it takes the place of its estimate'],
      [],
      [],
    ])
  })

  it('is no news where it was told in time, or is not told now', async () => {
    const desk = new Desk()
    await desk.finalOf(SECOND, [seven])
    desk.hearFee()
    const other = new Desk()
    await other.finalOf(SECOND, [untold])
    other.hear('x1')
    other.lateFills.hear({ clientOrderId: SECOND.clientOrderId, executionId: 'a netting', tellsFee: true })
    expect([desk.forecastex.happened, other.forecastex.happened]).toEqual([[], []])
  })

  it('together with a late execution is a late fill', async () => {
    const desk = new Desk()
    await desk.finalOf(SECOND, [untold])
    desk.forecastex.finals = [{ quantity: quantity('10'), fills: [seven, LATE] }]
    desk.hear('x2')
    await until('the cure', () => desk.started.length > 0)
    expect(desk.log.messages('error')).toEqual(['late fill'])
  })
})

describe('E14 an execution of an order that is final without it', () => {
  it('goes to the journal with all of the order, and its ended trade gets a cure', async () => {
    const desk = new Desk()
    await desk.finalOf(SECOND, [seven])
    desk.forecastex.finals = [null, { quantity: quantity('10'), fills: [seven, LATE] }]
    desk.hear('x2')
    await until('the cure', () => desk.started.length > 0)
    expect(desk.started).toEqual(['T1: late fill of cb-T1-b2'])
    expect(desk.journal.marks(SECOND.clientOrderId).at(-1)).toMatchObject({ mark: 'final', fills: [seven, LATE] })
    expect(desk.log.messages('error')).toEqual(['late fill'])
  })

  it('a correction of a booked one is news too', async () => {
    const desk = new Desk()
    await desk.finalOf(SECOND, [seven])
    const corrected = { ...seven, quantity: quantity('6'), corrects: 'x1' }
    desk.forecastex.finals = [{ quantity: quantity('6'), fills: [corrected] }]
    desk.hear('x1.02')
    await until('the cure', () => desk.started.length > 0)
    expect(desk.finals).toBe(2)
  })

  it('I11 no cure beside a trade that still runs: the sweep looks at it when it has ended', async () => {
    const desk = new Desk()
    desk.hasEnded = false
    await desk.finalOf(SECOND, [seven])
    desk.forecastex.finals = [{ quantity: quantity('10'), fills: [seven, LATE] }]
    desk.hear('x2')
    await until('the mark', () => desk.finals === 2)
    expect(desk.started).toEqual([])
  })

  it('I13 waits until the first final mark is booked, or one booking would hide the other', async () => {
    const desk = new Desk()
    await desk.finalOf(SECOND, [seven], false)
    desk.forecastex.finals = [{ quantity: quantity('10'), fills: [seven, LATE] }]
    desk.clock.onSleep = (slept) =>
      slept === 3 ? desk.journal.append({ mark: 'booked', clientOrderId: SECOND.clientOrderId, atMs: DECIDED_MS }) : undefined
    desk.hear('x2')
    await until('the mark', () => desk.finals === 2)
    expect([desk.clock.slept.length, desk.journal.marks(SECOND.clientOrderId).map(({ mark }) => mark)]).toEqual([
      3,
      ['final', 'booked', 'final'],
    ])
  })

  it('is looked at again for as long as the venue does not say what is final', async () => {
    const desk = new Desk()
    await desk.finalOf(SECOND, [seven])
    desk.clock.onSleep = (slept) => {
      if (slept === 40) desk.forecastex.finals = [{ quantity: quantity('10'), fills: [seven, LATE] }]
    }
    desk.hear('x2')
    await until('the cure', () => desk.started.length > 0)
    expect(desk.log.messages('warn')).toContain('a fill that may be late could not be looked at; trying again')
  })

  it('with the ledger away the fill is safe, and the sweep starts the cure', async () => {
    const desk = new Desk()
    desk.hasEnded = new Error('the ledger is away')
    await desk.finalOf(SECOND, [seven])
    desk.forecastex.finals = [{ quantity: quantity('10'), fills: [seven, LATE] }]
    desk.hear('x2')
    await until('the warning', () => desk.log.messages('warn').length > 0)
    expect([desk.finals, desk.started, desk.log.messages('warn')]).toEqual([
      2,
      [],
      ['a cure could not be started; the next sweep of owners does'],
    ])
  })
})

describe('E14 what is no late fill', () => {
  it('of an order that is not final yet: its saga still asks', () => {
    const desk = new Desk()
    desk.hear('x1')
    expect(desk.forecastex.happened).toEqual([])
  })

  it('a netting report is neither fill nor sale: looked at once, and no news', async () => {
    const desk = new Desk()
    await desk.finalOf(SECOND, [seven])
    for (let i = 0; i < 3; i += 1) {
      desk.forecastex.finals.push({ quantity: quantity('7'), fills: [seven] })
      desk.hear('netting')
    }
    await until('the look', () => desk.forecastex.happened.length > 0)
    expect([desk.forecastex.happened, desk.finals, desk.started]).toEqual([['finalise cb-T1-b2'], 1, []])
  })

  it('one that the final mark has', async () => {
    const desk = new Desk()
    await desk.finalOf(SECOND, [seven])
    desk.hear('x1')
    expect(desk.forecastex.happened).toEqual([])
  })

  it('somebody else’s', () => {
    const desk = new Desk()
    desk.lateFills.hear({ clientOrderId: 'by hand', executionId: 'x' })
    expect(desk.forecastex.happened).toEqual([])
  })
})

/** Kalshi's list of fills, and a ledger that has some of them. */
class Books {
  fills: readonly Fill[] = []
  readonly ledger = new Set<string>()
  readonly ids = new Map<string, string>()
  running = false
  refuses: Error | null = null
  readonly booked: Fill[] = []
  asked = 0

  run(): ReturnType<typeof bookLateFills> {
    return bookLateFills(this.#venue, millis(DECIDED_MS + 1_000), NEVER)
  }
  get #venue(): LateFillsAtVenue {
    const { fills } = this
    const statement = (): Statement => ({
      asOfMs: DECIDED_MS,
      cash: money(0),
      purses: [],
      fills,
      openOrders: [],
      positions: [],
      payouts: [],
    })
    const orders = new Map<ClientOrderId, OrderIntent>([FIRST, SALE].map((order) => [order.clientOrderId, order]))
    return {
      account: { venue: 'kalshi', account: 'main', statement: () => Promise.resolve(statement()) },
      openedMs: () => Promise.resolve(millis(DECIDED_MS - 10_000)),
      unbooked: (told) => Promise.resolve(told.filter(({ executionId }) => !this.ledger.has(executionId))),
      orderIds: () => Promise.resolve((this.asked++, this.ids)),
      endedOrder: (id) => Promise.resolve(this.running ? null : (orders.get(id) ?? null)),
      book: (_trade, _order, told) => {
        if (this.refuses) return Promise.reject(this.refuses)
        this.booked.push(...told)
        return Promise.resolve()
      },
    }
  }
}
const SALE = cureOrder(unpairedOf(PLAN, quantity('4')), 'kalshi')

describe('E14 what Kalshi lists and the ledger has not', () => {
  it('I13 is booked once, for the order that it is of', async () => {
    const books = new Books()
    const fill = fillOf(FIRST)
    books.fills = [fill, { ...fill, executionId: 'known' }]
    books.ledger.add('known')
    books.ids.set(fill.venueOrderId, FIRST.clientOrderId)
    expect(await books.run()).toEqual({ booked: ['cb-T1-a1'], violations: [], unread: [] })
    expect(books.booked).toEqual([fill])
  })

  it('is told as a purchase and booked as the sale it was', async () => {
    const books = new Books()
    const told = { ...fillOf(SALE), outcome: 'no', action: 'buy', price: price('0.60') } as const
    books.fills = [told]
    books.ids.set(told.venueOrderId, SALE.clientOrderId)
    await books.run()
    expect(books.booked).toEqual([fillOf(SALE)])
  })

  it('of a trade that still runs is the trade’s own to book', async () => {
    const books = new Books()
    books.running = true
    books.fills = [fillOf(FIRST)]
    books.ids.set(fillOf(FIRST).venueOrderId, FIRST.clientOrderId)
    expect([await books.run(), books.booked]).toEqual([{ booked: [], violations: [], unread: [] }, []])
  })

  it('and is of no order of ours is told, and never booked', async () => {
    const books = new Books()
    books.fills = [{ ...fillOf(FIRST), market: marketId('KXU3') }]
    expect((await books.run()).violations).toEqual(['unexplained fill: x1 of order v-cb-T1-a1 in KXU3 is not ours'])
  })

  it('and is older than the account is left alone', async () => {
    const books = new Books()
    books.fills = [{ ...fillOf(FIRST), atMs: millis(DECIDED_MS - 10_001) }]
    expect([await books.run(), books.asked]).toEqual([{ booked: [], violations: [], unread: [] }, 0])
  })

  it('and cannot be booked is told', async () => {
    const books = new Books()
    books.fills = [fillOf(FIRST)]
    books.ids.set(fillOf(FIRST).venueOrderId, FIRST.clientOrderId)
    books.refuses = new Error('it would be filled twice')
    expect((await books.run()).violations).toEqual(['late fill: x1 of cb-T1-a1 cannot be booked: it would be filled twice'])
  })
})
