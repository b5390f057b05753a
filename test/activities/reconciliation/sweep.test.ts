import { createReconciliationActivities, type SweepAccounts, type TieOutDay } from '../../../src/activities/reconciliation'
import { marketId, type Venue } from '../../../src/core/ids'
import type { Difference } from '../../../src/core/ledger/breaks'
import { compareAccounts } from '../../../src/core/ledger/differences/compare'
import type { KnownAccount, ToldAccount } from '../../../src/core/ledger/differences/accounts'
import { purseOf } from '../../../src/core/purse'
import { millis, money, NO_MONEY, quantity } from '../../../src/core/units'
import type { Look, Statement } from '../../../src/ports/account'
import type { ReconciliationReport, TieOutReport } from '../../../src/workflows/messages'
import { DECIDED_MS } from '../../saga/plan'
import { LogBook } from '../../stores/doubles'
import { asActivity, FIRST, fillOf, LeapingClock } from '../doubles'

const GRACE_MS = 30_000
const SHARD = purseOf('kalshi', 2)
const FILL = { ...fillOf(FIRST), key: 'f1', fee: money('0.17') }
const KNOWN: KnownAccount = {
  ...{
    venue: 'kalshi',
    purses: [{ purse: 'kalshi', cash: money('100') }],
    lots: [],
    fills: [{ ...FILL, isEstimate: false }],
    pursesOf: new Map(),
  },
  ...{ ended: new Set(), falls: [], gone: new Map(), bookedExecutions: new Set(), standing: [] },
}
const TOLD: ToldAccount = {
  ...{
    purses: [{ purse: 'kalshi', cash: money('100') }],
    otherCash: [],
    positions: [],
    fills: [FILL],
    strange: [],
    openOrders: [],
    payouts: [],
  },
  ...{ ownExecutionsOnly: false, complete: null },
}
const cash = (dollars: string): Partial<ToldAccount> => ({ purses: [{ purse: 'kalshi', cash: money(dollars) }] })

/** The back office over one venue whose statements are the test's, one after another. */
class Office {
  readonly clock = new LeapingClock()
  readonly log = new LogBook()
  readonly noted: (readonly Difference[])[] = []
  readonly moved: string[] = []
  readonly saved: TieOutReport[] = []
  readonly asked: number[] = []
  told: (Partial<ToldAccount> | Error | null)[] = [{}]
  known: Partial<KnownAccount> = {}
  isMoving = [false]
  open: Awaited<ReturnType<SweepAccounts['openBreaks']>> = []

  sweep(): Promise<ReconciliationReport> {
    return asActivity(() => this.#activities().reconcileAccounts())
  }
  tieOut(): Promise<TieOutReport> {
    return asActivity(() => this.#activities().tieOutDay())
  }

  #activities(): ReturnType<typeof createReconciliationActivities> {
    const common = {
      venues: ['kalshi'] as readonly Venue[],
      openBreaks: () => Promise.resolve(this.open),
      graceMs: GRACE_MS,
      clock: this.clock,
      log: this.log,
    }
    const day: TieOutDay = {
      ...common,
      look: (_venue, sinceMs) => {
        this.asked.push(sinceMs)
        return this.#look()
      },
      coupons: () => Promise.resolve(money('0.52')),
      lastToMs: () => Promise.resolve(millis(DECIDED_MS - 86_400_000)),
      save: (report) => Promise.resolve(void this.saved.push(report)),
    }
    const sweep: SweepAccounts = {
      ...common,
      alarmAfterMs: 3_600_000,
      look: () => this.#look(),
      adopt: (_venue, fills) => Promise.resolve(fills.map(({ executionId }) => executionId)),
      moveCash: (moved) => Promise.resolve(void this.moved.push(moved.map(({ purse, amount }) => `${purse} ${amount}`).join(', '))),
      note: (_look, lasting) => {
        this.noted.push(lasting)
        return Promise.resolve({ opened: lasting, closed: [] })
      },
    }
    return createReconciliationActivities(sweep, day)
  }
  #look(): Promise<Look | null> {
    const next = <T>(answers: T[]): T => (answers.length > 1 ? answers.shift() : answers[0]) as T
    const shown = next(this.told)
    if (shown instanceof Error) return Promise.reject(shown)
    if (shown === null) return Promise.resolve(null)
    const known = { ...KNOWN, ...this.known }
    const told = { ...TOLD, ...shown }
    const comparison = compareAccounts(known, told)
    const motion = { cash: next(this.isMoving), markets: new Set<never>() }
    const statement: Statement = {
      ...told,
      fills: [],
      payouts: [],
      asOfMs: this.clock.nowMs(),
      cash: NO_MONEY,
      accrued: money('0.30'),
      strange: [],
    }
    const { differences } = comparison
    return Promise.resolve({ statement, known, told, comparison, differences, motion, unbooked: [], atMs: this.clock.nowMs() })
  }
}

describe('reconcileSweep', () => {
  it('looks once and waits for nothing when both agree', async () => {
    const office = new Office()
    expect(await office.sweep()).toMatchObject({ opened: [], closed: [], adopted: [], openBreaks: 0, oldestAgeMs: null })
    expect(office.clock.slept).toEqual([])
    expect(office.log.lines).toEqual([])
  })

  it('opens a break for what two looks with the grace between them show, and none for what only one does', async () => {
    const office = new Office()
    office.told = [cash('90'), cash('90')]
    expect((await office.sweep()).opened).toEqual(['kalshi: cash at kalshi: ledger $100.00, venue $90.00'])
    expect(office.clock.slept).toEqual([GRACE_MS])
    office.told = [cash('90'), {}]
    expect((await office.sweep()).opened).toEqual([])
    expect(office.log.lines.map(({ message }) => message)).toEqual(['account break'])
  })

  it('judges no cash that moves', async () => {
    const office = new Office()
    office.told = [cash('90')]
    office.isMoving = [true]
    expect(await office.sweep()).toMatchObject({ opened: [], venues: [{ moving: ['cash'], differences: 1 }] })
  })

  it('books cash that moved between our own purses, seen twice at rest', async () => {
    const office = new Office()
    office.told = [
      {
        purses: [
          { purse: 'kalshi', cash: money('60') },
          { purse: SHARD, cash: money('40') },
        ],
      },
    ]
    expect((await office.sweep()).adopted).toEqual(['cash moved between purses: kalshi $-40.00, kalshi/0.2 $40.00'])
    expect(office.moved).toHaveLength(1)
    office.isMoving = [true, false]
    await office.sweep()
    expect(office.moved).toHaveLength(1)
  })

  it('says what could not be read, and is no alarm before the account is on record', async () => {
    const office = new Office()
    office.told = [new Error('HTTP 503')]
    expect(await office.sweep()).toMatchObject({ venues: [{ venue: 'kalshi', unread: 'HTTP 503' }] })
    expect(office.log.lines.map(({ level }) => level)).toEqual(['warn'])
    office.told = [null]
    await office.sweep()
    expect(office.log.lines).toHaveLength(1)
  })

  it('alarms for an open break by its age', async () => {
    const office = new Office()
    const openedMs = millis(DECIDED_MS - 3_600_000)
    office.open = [{ id: 3, venue: 'kalshi', kind: 'cash', detail: '', owner: null, openedMs }]
    expect(await office.sweep()).toMatchObject({ openBreaks: 1, oldestAgeMs: 3_600_000 })
    expect(office.log.lines.map(({ message }) => message)).toEqual(['break open too long'])
  })
})

describe('tieOut', () => {
  it('keeps a day that ties out, with its figures', async () => {
    const office = new Office()
    const report = await office.tieOut()
    expect(report).toMatchObject({
      ties: true,
      venues: [{ fees: { ledgerMicros: 170_000, venueMicros: 170_000, fills: 1 }, differences: [] }],
    })
    expect(report.venues[0]?.interest).toEqual({ couponMicros: 520_000, unbookedMicros: 0, owedMicros: 300_000 })
    expect(office.asked).toEqual([DECIDED_MS - 86_400_000]) // from where the last one ended
    expect(office.saved).toEqual([report])
    expect(office.log.lines).toEqual([])
  })

  it('alarms for any difference, and for a venue that cannot be read', async () => {
    const office = new Office()
    office.told = [
      { fills: [{ ...FILL, fee: money('0.20') }], positions: [{ market: marketId('X'), outcome: 'yes', quantity: quantity('1') }] },
    ]
    const report = await office.tieOut()
    expect(report.ties).toBe(false)
    expect(report.venues[0]?.differences).toHaveLength(2)
    expect(report.venues[0]?.fees).toMatchObject({ ledgerMicros: 170_000, venueMicros: 200_000 })
    office.told = [new Error('no gateway')]
    expect((await office.tieOut()).venues).toMatchObject([{ unread: 'no gateway' }])
    expect(new Set(office.log.lines.map(({ message }) => message))).toEqual(new Set(['day does not tie out']))
    expect(office.saved).toHaveLength(2)
  })

  it('waits for a night trade to end, and says so when it does not', async () => {
    const office = new Office()
    office.isMoving = [true, true, false]
    expect((await office.tieOut()).venues[0]?.notCompared).toEqual([])
    office.isMoving = [true]
    const differences = ['cash was not compared: it moved all the while']
    expect(await office.tieOut()).toMatchObject({ ties: false, venues: [{ differences }] })
  })
})
