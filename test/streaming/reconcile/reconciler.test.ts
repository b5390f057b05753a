import { marketId, type Venue } from '../../../src/core/ids'
import type { Difference, Noted, Seen } from '../../../src/core/ledger/breaks'
import { OpeningBars, type BarChange } from '../../../src/core/market/bars'
import { millis, money, NO_MONEY } from '../../../src/core/units'
import { Reconciler, type OpenBreak } from '../../../src/streaming/reconcile/reconciler'
import { LogBook } from '../../stores/doubles'
import { FIRST, fillOf, LeapingClock } from '../../activities/doubles'

const GRACE_MS = 30_000
const MARKET = marketId('KXU3-T4')
const difference = (over: Partial<Difference> = {}): Difference => ({
  ...{ venue: 'kalshi', kind: 'position', subject: MARKET, market: MARKET, purse: null, contracts: 300, amount: NO_MONEY, detail: '' },
  ...over,
})
const CASH = difference({ kind: 'cash', subject: 'kalshi', market: null, purse: 'kalshi', contracts: 0, amount: money('-5') })

/** A process whose venues say what a test wants, and a table of breaks in memory. */
class Rig {
  readonly clock = new LeapingClock()
  readonly log = new LogBook()
  readonly bars = new OpeningBars()
  readonly open: OpenBreak[] = []
  readonly looked: string[] = []
  shown: Readonly<Record<Venue, Partial<Seen> | null | Error>> = { kalshi: {}, forecastex: {} }
  inFlight = 0
  connected = true
  adopted = 0
  readonly reconciler = new Reconciler<Seen>({
    look: (venue, isFirst) => this.#look(venue, isFirst),
    adopt: () => Promise.resolve(this.adopted),
    note: (look, lasting) => Promise.resolve(this.#note(look, lasting)),
    openBreaks: () => Promise.resolve([...this.open]),
    bars: () => this.bars.all(),
    bar: (change: BarChange) => void this.bars.apply(change),
    isConnected: () => this.connected,
    inFlight: () => this.inFlight,
    ...{ everyMs: 5_000, graceMs: GRACE_MS, clock: this.clock, log: this.log },
  })

  #look(venue: Venue, isFirst: boolean): Promise<Seen | null> {
    this.looked.push(`${venue}${isFirst ? ' first' : ''}`)
    const shown = this.shown[venue]
    if (shown instanceof Error) return Promise.reject(shown)
    const still = { differences: [], motion: { cash: false, markets: new Set<never>() }, unbooked: [], atMs: this.clock.nowMs() }
    return Promise.resolve(shown === null ? null : { ...still, ...shown })
  }
  #note(_look: Seen, lasting: readonly Difference[]): Noted {
    const opened = lasting.filter(({ kind, venue }) => !this.open.some((each) => each.kind === kind && each.venue === venue))
    for (const { venue, kind, market } of opened)
      this.open.push({ id: this.open.length + 1, venue, kind, market, openedMs: this.clock.nowMs() })
    return { opened, closed: [] }
  }
  /** Runs for so long. */
  async run(ms: number): Promise<void> {
    const ended = new AbortController()
    const untilMs = this.clock.nowMs() + ms
    this.clock.onSleep = () => (this.clock.nowMs() >= untilMs ? ended.abort() : undefined)
    await this.reconciler.run(ended.signal).catch(() => undefined)
  }
  /** One look at Kalshi, and time before it. */
  async look(afterMs = 0): Promise<void> {
    this.clock.advance(afterMs)
    await this.reconciler.lookAt('kalshi', new AbortController().signal)
  }
}

describe('nothing opens before everything is resolved', () => {
  it('names what is missing until both venues were compared and the breaks on record are known', async () => {
    const rig = new Rig()
    rig.shown = { kalshi: {}, forecastex: new Error('no gateway') }
    expect(rig.reconciler.unresolved()).toHaveLength(3)
    await rig.run(4_000)
    expect(rig.reconciler.unresolved()).toEqual(['forecastex has not been compared with the ledger yet: no gateway'])
    expect(rig.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1) // told once, not at each try
    rig.shown = { kalshi: {}, forecastex: {} }
    await rig.run(4_000)
    expect(rig.reconciler.unresolved()).toEqual([])
  })

  it('waits for an account that is not on record yet', async () => {
    const rig = new Rig()
    rig.shown = { kalshi: null, forecastex: {} }
    await rig.run(2_000)
    expect(rig.reconciler.unresolved()).toEqual([
      'kalshi has not been compared with the ledger yet: its opening balance is not recorded yet',
    ])
    expect(rig.log.lines.filter(({ level }) => level !== 'info')).toEqual([])
  })

  it('waits for missed fills of ours, and looks again at once', async () => {
    const rig = new Rig()
    rig.adopted = 1
    rig.shown = { kalshi: { unbooked: [fillOf(FIRST)] }, forecastex: {} }
    await rig.run(1_000)
    expect(rig.reconciler.unresolved()).toEqual(['1 fills at kalshi are being booked'])
    rig.shown = { kalshi: {}, forecastex: {} }
    await rig.run(1_000)
    expect(rig.reconciler.unresolved()).toEqual([])
  })

  it('bars at once what the first look shows, and lifts it when a look does not show it', async () => {
    const rig = new Rig()
    rig.shown = { kalshi: { differences: [difference()] }, forecastex: {} }
    await rig.run(1_000)
    expect(rig.bars.at('kalshi', MARKET)?.reason).toMatch(/was there at the start/)
    expect(rig.bars.at('kalshi', 'KXU9')).toBeNull()
    rig.shown = { kalshi: {}, forecastex: {} }
    await rig.look(5_000)
    expect(rig.bars.all()).toEqual([])
  })
})

describe('a look that judges nothing', () => {
  it('lifts no bar: of cash that moves nothing is concluded', async () => {
    const rig = new Rig()
    rig.shown = { kalshi: { differences: [CASH] }, forecastex: {} }
    await rig.run(1_000)
    expect(rig.bars.at('kalshi', MARKET)?.reason).toMatch(/was there at the start/)
    rig.shown = { kalshi: { motion: { cash: true, markets: new Set() } }, forecastex: {} }
    await rig.look(5_000)
    expect(rig.bars.at('kalshi', MARKET)?.reason).toMatch(/was there at the start/)
    rig.shown = { kalshi: {}, forecastex: {} }
    await rig.look(5_000)
    expect(rig.bars.all()).toEqual([])
  })
})

describe('when it looks', () => {
  const looksOf = (rig: Rig, venue: Venue): number => rig.looked.filter((each) => each.startsWith(venue)).length

  it('further back at the first time, then every few seconds', async () => {
    const rig = new Rig()
    await rig.run(30_000)
    expect(rig.looked.filter((each) => each.endsWith('first'))).toEqual(['kalshi first', 'forecastex first'])
    expect(looksOf(rig, 'kalshi')).toBeGreaterThan(2)
    expect(looksOf(rig, 'kalshi')).toBeLessThanOrEqual(7)
  })

  it('puts a look off while trades run, but not for ever', async () => {
    const rig = new Rig()
    rig.inFlight = 1
    await rig.run(25_000)
    expect(looksOf(rig, 'kalshi')).toBe(1)
    await rig.run(25_000)
    expect(looksOf(rig, 'kalshi')).toBe(2)
  })

  it('at once after a reconnect', async () => {
    const rig = new Rig()
    await rig.run(1_000)
    rig.connected = false
    await rig.run(1_000)
    const before = rig.looked.length
    rig.connected = true
    await rig.run(1_000)
    expect(rig.looked.length - before).toBe(2)
  })
})

describe('breaks forbid openings where they are', () => {
  it('a difference is a break after the grace, its market is barred, and no other', async () => {
    const rig = new Rig()
    await rig.run(1_000)
    rig.shown = { kalshi: { differences: [difference()] }, forecastex: {} }
    await rig.look()
    await rig.look(GRACE_MS - 1)
    expect(rig.bars.all()).toEqual([])
    await rig.look(1)
    expect(rig.bars.at('kalshi', MARKET)?.reason).toBe('break 1 (position) is not explained: crossbook breaks show 1')
    expect(rig.bars.at('kalshi', 'KXU9')).toBeNull()
    expect(rig.log.lines.filter(({ message }) => message === 'account break')).toHaveLength(1)
  })

  it('a break of cash bars the venue, until it is resolved', async () => {
    const rig = new Rig()
    await rig.run(1_000)
    rig.shown = { kalshi: { differences: [CASH] }, forecastex: {} }
    await rig.look()
    await rig.look(GRACE_MS)
    expect(rig.bars.at('kalshi', 'KXU9')).not.toBeNull()
    expect(rig.bars.at('forecastex', '751')).toBeNull()
    rig.shown = { kalshi: {}, forecastex: {} }
    rig.open.length = 0
    await rig.run(3_000)
    expect(rig.bars.all()).toEqual([])
  })

  it('a break that another process has opened bars as well', async () => {
    const rig = new Rig()
    rig.open.push({ id: 8, venue: 'forecastex', kind: 'position', market: marketId('751'), openedMs: millis(1) })
    await rig.run(3_000)
    expect(rig.bars.at('forecastex', '751')?.by).toBe('reconciliation')
    expect(rig.reconciler.state()).toMatchObject({ openBreaks: [{ id: 8 }], unresolved: [] })
  })
})
