import { createBookingActivities } from '../../src/activities/booking'
import { forecastexFees, type VenueFees } from '../../src/core/market/fees'
import type { OrderIntent } from '../../src/core/trade/order'
import type { Final, OrderVerdict } from '../../src/core/trade/outcome'
import type { TradeResult } from '../../src/core/trade/plan'
import { orderId, tradeId } from '../../src/core/ids'
import { millis, money, quantity } from '../../src/core/units'
import { LogBook } from '../stores/doubles'
import {
  asActivity,
  fillOf,
  FIRST,
  LeapingClock,
  MemoryJournal,
  MemoryLedger,
  OpenGuard,
  PLAN,
  ScriptedEntry,
  SECOND,
  type Happened,
} from './doubles'

const finalOf = (order: OrderIntent): Final => ({ quantity: order.quantity, fills: [fillOf(order)] })
const RESULT: TradeResult = {
  tradeId: PLAN.tradeId,
  label: 'locked',
  locked: quantity('10'),
  flat: quantity(0),
  held: quantity(0),
  dust: quantity(0),
  realisedPnl: money(0),
  maxRemainingLoss: money(0),
  reason: '',
  cures: [],
}

function desk() {
  const happened: Happened = []
  const kalshi = new ScriptedEntry('kalshi', happened)
  const forecastex = new ScriptedEntry('forecastex', happened)
  const journal = new MemoryJournal(happened)
  const ledger = new MemoryLedger(happened)
  const guard = new OpenGuard()
  const log = new LogBook()
  guard.remember(PLAN)
  const terms: { fees: VenueFees | null } = { fees: forecastexFees(FIRST.notAfterMs) }
  const activities = createBookingActivities({
    entries: { kalshi, forecastex },
    ledger,
    journal,
    guard,
    fees: () => terms.fees,
    clock: new LeapingClock(),
    log,
  })
  return {
    happened,
    kalshi,
    forecastex,
    journal,
    ledger,
    guard,
    log,
    terms,
    finish: (order: OrderIntent, verdict: OrderVerdict | null = null) => asActivity(() => activities.finish(order, verdict)),
    finishBoth: () => asActivity(() => activities.finishAll([FIRST, SECOND].map((order) => ({ order, verdict: null })))),
    close: () => asActivity(() => activities.close(RESULT)),
  }
}

describe('E14 finishing an order', () => {
  it('asks until it is final, and keeps its fills durably before they are booked', async () => {
    const { finish, kalshi, happened } = desk()
    kalshi.finals = [null, null, finalOf(FIRST)]
    expect(await finish(FIRST)).toBe(1_000)
    expect(happened).toEqual([
      'finalise cb-T1-a1',
      'finalise cb-T1-a1',
      'finalise cb-T1-a1',
      'journal final cb-T1-a1',
      'book cb-T1-a1',
      'journal booked cb-T1-a1',
    ])
  })

  it('E3 tells what filled although the ledger is away: the fills wait in the journal', async () => {
    const { finish, kalshi, ledger, journal, log } = desk()
    ledger.away = true
    kalshi.finals = [finalOf(FIRST)]
    expect(await finish(FIRST)).toBe(1_000)
    expect(journal.unbooked().map(({ fills }) => fills)).toEqual([[fillOf(FIRST)]])
    expect(log.messages('warn')).toEqual(['the ledger is away; the fills wait in the journal'])
  })

  it('books what an outage left behind with the next order, oldest first', async () => {
    const { finish, kalshi, forecastex, ledger, journal } = desk()
    kalshi.finals = [finalOf(FIRST)]
    forecastex.finals = [finalOf(SECOND)]
    ledger.away = true
    await finish(FIRST)
    ledger.away = false
    await finish(SECOND)
    expect(ledger.booked).toEqual(['cb-T1-a1', 'cb-T1-b2'])
    expect(journal.unbooked()).toEqual([])
  })

  it('I13 a repeated attempt keeps the fills once', async () => {
    const { finish, kalshi, happened } = desk()
    kalshi.finals = [finalOf(FIRST), finalOf(FIRST)]
    await finish(FIRST)
    await finish(FIRST)
    expect(happened.filter((what) => what === 'journal final cb-T1-a1')).toHaveLength(1)
    expect(happened.filter((what) => what === 'book cb-T1-a1')).toHaveLength(1)
  })

  it('is asked again by the workflow when it takes longer than one attempt', async () => {
    const { finish } = desk()
    await expect(finish(FIRST)).rejects.toMatchObject({ message: 'cb-T1-a1 is not final yet', nonRetryable: false })
  })
})

describe('E14 finishing both legs at once', () => {
  it('asks both venues, neither after the other, and books both when both are final', async () => {
    const { finishBoth, kalshi, forecastex, ledger, happened } = desk()
    kalshi.finals = [null, finalOf(FIRST)]
    forecastex.finals = [finalOf({ ...SECOND, quantity: quantity('7') })]
    expect(await finishBoth()).toEqual([1_000, 700])
    expect(happened.slice(0, 2)).toEqual(['finalise cb-T1-a1', 'finalise cb-T1-b2'])
    expect([...ledger.booked].sort()).toEqual(['cb-T1-a1', 'cb-T1-b2'])
  })

  it('books the one that is final while the other is not, and is asked again by the workflow', async () => {
    const { finishBoth, kalshi, forecastex, ledger, journal, happened } = desk()
    kalshi.finals = [finalOf(FIRST)]
    await expect(finishBoth()).rejects.toMatchObject({ message: 'cb-T1-b2 is not final yet', nonRetryable: false })
    expect([ledger.booked, journal.unbooked()]).toEqual([['cb-T1-a1'], []])
    kalshi.finals = [finalOf(FIRST)]
    forecastex.finals = [finalOf(SECOND)]
    expect(await finishBoth()).toEqual([1_000, 1_000])
    expect(ledger.booked).toEqual(['cb-T1-a1', 'cb-T1-b2'])
    expect(happened.filter((what) => what === 'journal final cb-T1-a1')).toHaveLength(1)
  })

  it('E3 tells both although the ledger is away: the fills wait in the journal', async () => {
    const { finishBoth, kalshi, forecastex, ledger, journal } = desk()
    ledger.away = true
    kalshi.finals = [finalOf(FIRST)]
    forecastex.finals = [finalOf(SECOND)]
    expect(await finishBoth()).toEqual([1_000, 1_000])
    expect(
      journal
        .unbooked()
        .map(({ order }) => order.clientOrderId)
        .sort(),
    ).toEqual(['cb-T1-a1', 'cb-T1-b2'])
  })
})

describe('I9 closing a trade', () => {
  it('waits for the ledger: nothing is released while a fill is not booked', async () => {
    const { finish, close, kalshi, ledger, guard, happened } = desk()
    kalshi.finals = [finalOf(FIRST)]
    ledger.away = true
    await finish(FIRST)
    await expect(close()).rejects.toThrow('the ledger is away')
    expect([guard.remembered.size, happened.includes('close')]).toEqual([1, false])
    ledger.away = false
    await close()
    expect(happened.slice(-3)).toEqual(['book cb-T1-a1', 'journal booked cb-T1-a1', 'close'])
  })

  it('waits for its own fills alone: one of another trade that only a person can book keeps nobody waiting', async () => {
    const { finish, close, kalshi, ledger, journal, happened, log } = desk()
    const other = { ...FIRST, tradeId: tradeId('T9'), clientOrderId: orderId(tradeId('T9'), 'a', 1) }
    await journal.append({ mark: 'final', clientOrderId: other.clientOrderId, atMs: millis(0), order: other, fills: [fillOf(other)] })
    ledger.stuck = other.clientOrderId
    kalshi.finals = [finalOf(FIRST)]
    await finish(FIRST)
    await close()
    expect([happened.at(-1), ledger.booked]).toEqual(['close', [FIRST.clientOrderId]])
    expect(log.messages('error')).toEqual([])
    expect(journal.unbooked()).toHaveLength(1)
  })

  it('tells what the ledger says it was worth, and forgets the grant', async () => {
    const { close, guard } = desk()
    expect(await close()).toEqual({ realisedPnl: 620_000, maxRemainingLoss: 0 })
    expect(guard.remembered.size).toBe(0)
  })
})

describe('invariant 8: the fee of a fill', () => {
  it('is told to the ledger as the model says it, per contract at ForecastEx', async () => {
    const { finish, forecastex, ledger, log } = desk()
    forecastex.finals = [finalOf(SECOND)]
    await finish(SECOND)
    expect(ledger.models).toEqual([{ fees: [SECOND.quantity * 100], grid: 0 }])
    expect(log.lines).toEqual([])
  })

  it('that is not what the model says is an alarm', async () => {
    const { finish, kalshi, ledger, log } = desk()
    kalshi.finals = [finalOf(FIRST)]
    ledger.differences = [{ key: 'k', charged: money('0.02'), modelled: money('0.01') }]
    await finish(FIRST)
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: 'fee differs from the model',
        fields: { clientOrderId: FIRST.clientOrderId, fill: 'k', told: 20_000, expected: 10_000 },
      },
    ])
  })

  it('that the venue never tells is booked as the model says, with an alarm', async () => {
    const { finish, forecastex, ledger, log } = desk()
    const fill = { ...fillOf(SECOND), fee: null }
    forecastex.finals = [{ quantity: SECOND.quantity, fills: [fill] }]
    await finish(SECOND)
    expect(ledger.booked).toEqual([SECOND.clientOrderId])
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: 'fee not told',
        fields: { clientOrderId: SECOND.clientOrderId, execution: fill.executionId, estimate: SECOND.quantity * 100 },
      },
    ])
  })

  it('of a market whose fees are unknown is booked as charged, and that is said', async () => {
    const { finish, kalshi, ledger, log, terms } = desk()
    kalshi.finals = [finalOf(FIRST)]
    terms.fees = null
    await finish(FIRST)
    expect(ledger.models).toEqual([null])
    expect(log.messages('warn')).toEqual(['the fees of this market are not known: booked as charged'])
  })
})
