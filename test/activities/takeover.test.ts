import { createTakeOverActivities } from '../../src/activities/takeover'
import type { OrderIntent } from '../../src/core/trade/order'
import type { OrderVerdict } from '../../src/core/trade/outcome'
import type { TradeResult } from '../../src/core/trade/plan'
import { money, quantity } from '../../src/core/units'
import type { JournalMark } from '../../src/ports/journal'
import type { RecordedOrder } from '../../src/ports/trader'
import { cureOrder } from '../saga/plan'
import { LogBook } from '../stores/doubles'
import { asActivity, fillOf, FIRST, LeapingClock, MemoryJournal, MemoryLedger, PLAN, SECOND, type Happened } from './doubles'

class TradeMemory extends MemoryJournal {
  readonly ids = new Set<OrderIntent['clientOrderId']>()
  override append(mark: JournalMark): Promise<void> {
    this.ids.add(mark.clientOrderId)
    return super.append(mark)
  }
  ordersOf = (): OrderIntent['clientOrderId'][] => [...this.ids]
  note = (): Promise<void> => Promise.resolve()
  open = (): [] => []
  sentSince = (): [] => []
  unheard = (): [] => []
}

const intended = (order: OrderIntent, change: Partial<RecordedOrder> = {}): RecordedOrder => ({
  order,
  state: 'intended',
  filled: quantity(0),
  ...change,
})
const atMs = FIRST.notAfterMs
const sending = (order: OrderIntent): JournalMark => ({ ...order, mark: 'sending', atMs, order })
const fourth = cureOrder({ tradeId: PLAN.tradeId, quantity: quantity('4'), n: 3 }, 'kalshi')

function desk(orders: readonly RecordedOrder[], result: TradeResult | null = null) {
  const happened: Happened = []
  const journal = new TradeMemory(happened)
  const ledger = new MemoryLedger(happened)
  const activities = createTakeOverActivities({
    ledger,
    journal,
    clock: new LeapingClock(),
    log: new LogBook(),
    fees: () => null,
    recordOf: (tradeId) => Promise.resolve(tradeId === PLAN.tradeId ? { plan: PLAN, result, orders } : null),
    lossBudget: () => Promise.resolve(money('3')),
  })
  return { happened, journal, ledger, takeOver: (tradeId = PLAN.tradeId) => asActivity(() => activities.takeOver(tradeId)) }
}
const LEGS = [intended(PLAN.cure), intended(SECOND), intended(FIRST)]

describe('E25 taking a trade over', () => {
  it('treats every intent as possibly sent, by number, with a budget of today', async () => {
    const { takeOver } = desk(LEGS)
    expect(await takeOver()).toEqual({
      plan: PLAN,
      lossBudget: 3_000_000,
      orders: [FIRST, SECOND, PLAN.cure].map((order) => ({ order, known: null })),
      verdicts: [],
    })
  })

  it('E2 takes an order as it was sent, also one that the ledger has never heard of', async () => {
    const { takeOver, journal } = desk(LEGS)
    const part = { ...SECOND, quantity: quantity('6') }
    await journal.append(sending(part))
    await journal.append(sending(fourth))
    expect((await takeOver()).orders.map(({ order }) => order)).toEqual([FIRST, part, PLAN.cure, fourth])
  })

  it('believes what the gate refused, what the venue rejected and what is booked as final', async () => {
    const { takeOver, journal } = desk([intended(FIRST, { state: 'final', filled: quantity('10') }), intended(SECOND), intended(PLAN.cure)])
    await journal.append({ mark: 'refused', clientOrderId: PLAN.cure.clientOrderId, atMs, reason: 'too-late' })
    await journal.append({
      mark: 'answered',
      clientOrderId: SECOND.clientOrderId,
      atMs,
      outcome: { kind: 'rejected', reason: 'price', detail: '' },
    })
    expect((await takeOver()).orders.map(({ known }) => known)).toMatchObject([
      { kind: 'done', filled: 1_000 },
      { kind: 'rejected', reason: 'price' },
      { kind: 'rejected', reason: 'too-late' },
    ])
  })

  it('E14 books what waits in the journal first, and waits for a ledger that is away', async () => {
    const { takeOver, journal, ledger, happened } = desk(LEGS)
    await journal.append({ mark: 'final', clientOrderId: FIRST.clientOrderId, atMs, order: FIRST, fills: [fillOf(FIRST)] })
    ledger.away = true
    await expect(takeOver()).rejects.toThrow('the ledger is away')
    ledger.away = false
    await takeOver()
    expect(happened.slice(-2)).toEqual(['book cb-T1-a1', 'journal booked cb-T1-a1'])
  })

  it('E12 keeps the verdicts that were given before, in the journal or in the end', async () => {
    const verdict: OrderVerdict = {
      order: FIRST.clientOrderId,
      outcome: { kind: 'done', filled: quantity('6') },
      by: 'ana',
      role: 'operator',
      evidence: 'x',
      secondBy: null,
    }
    const open = desk(LEGS)
    await open.journal.append({ mark: 'final', clientOrderId: FIRST.clientOrderId, atMs, order: FIRST, fills: [], verdict })
    expect((await open.takeOver()).verdicts).toEqual([verdict])
    const result = { verdicts: [verdict] } as unknown as TradeResult
    expect((await desk(LEGS, result).takeOver()).verdicts).toEqual([verdict])
    // of an ended edge one more may have been given on its sale
    const sold = desk(LEGS, result)
    const onSale = { ...verdict, order: fourth.clientOrderId }
    for (const [order, given] of [
      [FIRST, verdict],
      [fourth, onSale],
    ] as const)
      await sold.journal.append({ mark: 'final', clientOrderId: order.clientOrderId, atMs, order, fills: [], verdict: given })
    expect((await sold.takeOver()).verdicts).toEqual([verdict, onSale])
  })

  it('of a trade that has ended counts what never filled as proven', async () => {
    const { takeOver } = desk([intended(FIRST, { state: 'final' }), intended(SECOND, { state: 'rejected' })], {
      verdicts: [],
    } as unknown as TradeResult)
    expect((await takeOver()).orders[1]?.known).toMatchObject({ kind: 'rejected', reason: 'never-accepted' })
  })

  it('of an unknown trade says so, for good', async () => {
    const { takeOver } = desk(LEGS)
    await expect(takeOver('T9' as typeof PLAN.tradeId)).rejects.toMatchObject({
      message: expect.stringContaining('trade T9 is not in the ledger') as string,
      nonRetryable: true,
    })
  })
})
