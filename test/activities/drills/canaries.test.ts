import { createCanaryActivities, type CanaryDependencies, type CanaryVenue } from '../../../src/activities'
import { marketId, tradeId, type Venue } from '../../../src/core/ids'
import type { Canary, CanaryPlace, Drill, PlacedCanary } from '../../../src/core/risk/drill'
import type { Scope } from '../../../src/core/risk/scope'
import type { RejectReason } from '../../../src/core/trade/outcome'
import { millis, NO_QUANTITY, price, quantity, type Quantity } from '../../../src/core/units'
import { LogBook } from '../../stores/doubles'
import { asActivity, environment, LeapingClock } from '../doubles'

/** A venue's book of orders that rest: what was asked of it, in order. */
class Pond implements CanaryVenue {
  /** Looks at the list before an accepted order is in it. */
  lag = 0
  answer: Awaited<ReturnType<CanaryVenue['rest']>> | null = null
  end: Quantity | null = NO_QUANTITY
  refusal: RejectReason | null = null
  readonly taken: Canary[] = []
  constructor(readonly happened: string[]) {}

  rest(canary: Canary, mayWrite: () => RejectReason | null): ReturnType<CanaryVenue['rest']> {
    this.refusal = mayWrite()
    if (this.refusal !== null) return Promise.resolve({ kind: 'rejected', reason: this.refusal, detail: 'no byte left' })
    this.happened.push(`bytes ${canary.clientOrderId}`)
    this.taken.push(canary)
    return Promise.resolve(this.answer ?? 'resting')
  }
  resting = (): Promise<readonly string[]> => Promise.resolve(this.lag-- > 0 ? [] : this.taken.map(({ clientOrderId }) => clientOrderId))
  filled = (): Promise<Quantity | null> => Promise.resolve(this.end)
}

const place = (venue: Venue, market: string, outcome: CanaryPlace['outcome'] = null): CanaryPlace => ({
  venue,
  market: marketId(market),
  outcome,
})
const DRILL: Drill = {
  ...{ drillId: tradeId('D1'), mode: 'sim', by: { name: 'ana', role: 'operator' }, shards: ['main', 'second'], startedMs: millis(1) },
  places: [place('kalshi', 'KX'), place('forecastex', '710')],
}
const DRILLING = { workflowType: 'killDrill' }

function desk(asks: Readonly<Record<string, string>> = {}) {
  const happened: string[] = []
  const clock = new LeapingClock()
  const venues = { kalshi: new Pond(happened), forecastex: new Pond(happened) }
  const state = { halts: [] as Scope[], epoch: 1, lease: 1 as number | null, closed: '', opened: [] as number[] }
  const ladder: CanaryDependencies['quotes']['kalshi']['ladder'] = (market, outcome) => {
    const ask = asks[`${market} ${outcome}`]
    if (ask === 'none') return Promise.reject(new Error(`nobody vouches for ${market}`))
    return Promise.resolve({ levels: ask === undefined ? [] : [{ price: price(ask), quantity: quantity('5') }], asOfMs: clock.nowMs() })
  }
  const dependencies: CanaryDependencies = {
    ...{ venues, clock, log: new LogBook(), quotes: { kalshi: { ladder }, forecastex: { ladder } } },
    access: (venue) => (venue === state.closed ? 'closed' : 'open'),
    halts: { active: () => state.halts, get epoch() { return state.epoch } }, // prettier-ignore
    lease: { valid: () => state.lease !== null, get epoch() { return state.lease } }, // prettier-ignore
    openings: { sinceMs: 0, after: (atMs) => state.opened.filter((ms) => ms > atMs).length },
    note: (drillId, canaries) => {
      happened.push(`noted ${drillId} ${canaries.map(({ venue }) => venue).join('+')}`)
      return Promise.resolve()
    },
  }
  const activities = createCanaryActivities(dependencies)
  const rest = (drill = DRILL, shard = 'main', info = DRILLING): Promise<readonly PlacedCanary[]> =>
    asActivity(() => activities.restCanaries(drill, shard), environment(info))
  return { happened, venues, state, clock, rest, activities }
}

describe('E15: an order that rests', () => {
  it.each(['box', 'cure', 'edge', 'warmUp', 'sweepOwners'])(
    'is placed for a kill drill, and never for the workflow %s',
    async (workflowType) => {
      const { rest, venues } = desk()
      await expect(rest(DRILL, 'main', { workflowType })).rejects.toThrow(`${workflowType} is no kill drill`)
      expect([...venues.kalshi.taken, ...venues.forecastex.taken]).toEqual([])
    },
  )
})

describe('a canary', () => {
  it('is one contract at one cent at each venue, noted before its bytes leave (E3)', async () => {
    const { rest, happened } = desk()
    const placed = await rest()
    expect(placed).toMatchObject([
      {
        venue: 'kalshi',
        shard: 'main',
        state: 'resting',
        canary: { clientOrderId: 'cb-D1-a1', market: 'KX', outcome: 'yes', limit: 100, quantity: 100 },
      },
      { venue: 'forecastex', shard: 'main', state: 'resting', canary: { clientOrderId: 'cb-D1-a2', market: '710' } },
    ])
    expect(happened).toEqual(['noted D1 kalshi+forecastex', 'bytes cb-D1-a1', 'bytes cb-D1-a2'])
    const second = await desk().rest(DRILL, 'second')
    expect(second.map(({ canary }) => canary?.clientOrderId)).toEqual(['cb-D1-a3', 'cb-D1-a4'])
  })

  it('stays away from the market: the other outcome, another market, or none', async () => {
    const near = { 'KX yes': '0.05', '710 yes': '0.09', '710 no': '0.02' }
    const placed = await desk(near).rest()
    expect(placed[0]?.canary?.outcome).toBe('no')
    expect(placed[1]).toMatchObject({
      state: 'refused',
      canary: null,
      detail: expect.stringContaining('710 yes: offered at 0.0900') as string,
    })
    const more = { ...DRILL, places: [...DRILL.places, place('forecastex', '711')] }
    expect((await desk(near).rest(more))[1]?.canary?.market).toBe('711')
  })

  it('never bids against a claim (E7), nor where nobody vouches for the book', async () => {
    const claimed = { ...DRILL, places: [place('kalshi', 'KX', 'no'), place('forecastex', '710', 'no')] }
    const placed = await desk({ '710 no': 'none' }).rest(claimed)
    expect(placed).toMatchObject([{ canary: { outcome: 'no' } }, { state: 'refused', detail: '710 no: nobody vouches for 710' }])
  })

  it('is not asked of a venue that is closed', async () => {
    const { rest, state, venues } = desk()
    state.closed = 'forecastex'
    expect((await rest())[1]).toEqual({ venue: 'forecastex', shard: 'main', canary: null, state: 'skipped', detail: '710 is closed' })
    expect(venues.forecastex.taken).toEqual([])
  })

  it.each<readonly [string, (state: ReturnType<typeof desk>['state']) => void, RejectReason]>([
    ['all is halted', (state) => state.halts.push('all'), 'halted'],
    ['the venue is halted', (state) => state.halts.push('venue:kalshi'), 'halted'],
    ['the lease is lost', (state) => (state.lease = null), 'lease'],
  ])('does not leave when %s (I4)', async (_what, happens, reason) => {
    const { rest, state, venues } = desk()
    happens(state)
    expect((await rest())[0]).toMatchObject({ state: 'refused', detail: `${reason}: no byte left` })
    expect(venues.kalshi.taken).toEqual([])
  })

  it('does not leave after its not-after (E11)', async () => {
    const { rest, clock, venues } = desk()
    const late = venues.kalshi.rest.bind(venues.kalshi)
    venues.kalshi.rest = (canary, mayWrite) => {
      clock.advance(2_001)
      return late(canary, mayWrite)
    }
    expect((await rest())[0]).toMatchObject({ state: 'refused', detail: 'too-late: no byte left' })
  })

  it('rests when the venue’s own list shows it, and is unknown while it does not', async () => {
    const { rest, venues } = desk()
    venues.kalshi.lag = 5
    venues.forecastex.lag = 1_000
    const placed = await rest()
    expect(placed[0]?.state).toBe('resting')
    expect(placed[1]).toMatchObject({ state: 'unknown', detail: 'forecastex took it, and its list does not show it after 8 s' })
  })

  it.each<readonly [Awaited<ReturnType<CanaryVenue['rest']>>, PlacedCanary['state'], string]>([
    [{ kind: 'unknown', cause: 'timeout' }, 'unknown', 'timeout'],
    [{ kind: 'done', filled: quantity('1') }, 'unknown', 'it was filled at once'],
    [{ kind: 'rejected', reason: 'price', detail: 'post only' }, 'refused', 'price: post only'],
  ])('that is answered %j is %s', async (answer, state, detail) => {
    const { rest, venues } = desk()
    venues.kalshi.answer = answer as never
    expect((await rest())[0]).toMatchObject({ state, detail })
  })
})

describe('I10: the proof of a halt', () => {
  it('counts opening bytes after the acknowledgement, and what canaries filled', async () => {
    const { activities, rest, state, venues } = desk()
    const placed = await rest()
    state.opened.push(4_000, 5_000, 5_001)
    const prove = (atMs: number) => asActivity(() => activities.proveHalt(placed, millis(atMs)), environment(DRILLING))
    expect(await prove(5_000)).toMatchObject({ openings: 1, filled: [{ quantity: 0 }, { quantity: 0 }] })
    venues.kalshi.end = null
    expect(await prove(5_001)).toMatchObject({ openings: 0, filled: [{ quantity: null }, { quantity: 0 }] })
    expect((await prove(-1)).openings).toBeNull()
  })
})
