import { FAILURES } from '../../../src/core/failures'
import { subjectId, type Venue } from '../../../src/core/ids'
import { BookDirectory } from '../../../src/core/market/reference'
import type { Limits } from '../../../src/core/risk/limits'
import type { Plan } from '../../../src/core/trade/plan'
import { millis, money, quantity } from '../../../src/core/units'
import type { Listing } from '../../../src/ports/catalog'
import { Desk, type RegisteredPair } from '../../../src/streaming/desk'
import { Engine } from '../../../src/streaming/engine'
import { FORECASTEX_REGIMES } from '../../../src/core/market/fees-forecastex'
import { Terms } from '../../../src/streaming/terms'
import { CENTS, level, NOW, PAIR, POLICY } from '../../core/box/fixture'
import { recordingFrames, recordingLog } from '../../venues/kalshi/fakes'
import { Desk as Offer } from '../feed'

const NEVER = new AbortController().signal
const LISTINGS_EVERY_MS = 60_001
const TEXT_AGE_LIMIT_MS = 300_000
const LIMITS = {
  version: 'l1',
  ...{ minNetEdgePerContract: money('0.01'), minExpectedValue: money('0.30') },
  ...{ maxContractsPerTrade: quantity('10'), maxPremiumPerTrade: money('100') },
} as Limits
const AS_JUDGED = { kalshi: 'k1', forecastex: 'f1' }
const OF_PAIR = { strategy: 'box', opportunity: { subject: PAIR.id }, rules: { certificate: `${PAIR.id}@1` } } as Plan

const judged = (change: Partial<RegisteredPair> = {}): RegisteredPair => ({
  ...{ id: PAIR.id, kalshiMarket: PAIR.kalshi, forecastexMarket: PAIR.forecastex, polarity: 'same', class: 'S0', approvedFor: 'sim' },
  ...{ version: 1, states: [], rules: AS_JUDGED, expiresMs: null },
  ...change,
})

/** A desk over two venues whose texts are what they are set to, and a registry that can be held up. */
class Rig {
  readonly texts: Record<Venue, string | undefined> = { ...AS_JUDGED }
  readonly log = recordingLog()
  readonly suspended: string[] = []
  told: unknown = null
  nowMs = NOW as number
  pairs: readonly RegisteredPair[] = [judged()]
  /** What the registry does when it is told. */
  registry = (): Promise<boolean> => Promise.resolve(true)
  /** When a venue answers. */
  answer = (): Promise<void> => Promise.resolve()
  readonly terms = new Terms({
    ...{ mode: 'sim', balancePrecision: 'direct', regimes: FORECASTEX_REGIMES, policy: POLICY },
    nowMs: () => millis(this.nowMs),
  })
  readonly desk = new Desk({
    engine: new Engine(new BookDirectory(), { onFound: () => undefined, onRefused: () => undefined, onBook: () => undefined }),
    terms: this.terms,
    feeds: [],
    catalogs: { kalshi: this.#catalog('kalshi'), forecastex: this.#catalog('forecastex') } as never,
    ...{ calendars: [], releases: [], frameLog: recordingFrames(), log: this.log, nowMs: () => this.nowMs },
    readPairs: () => Promise.resolve(this.pairs),
    readTraded: () => Promise.resolve([]),
    readLimits: () => Promise.resolve(LIMITS),
    canaries: [],
    suspend: (pair, because, told) => {
      this.told = told
      this.suspended.push(`${pair}: ${because}`)
      return this.registry()
    },
  })

  #catalog(venue: Venue): { listing(market: string): Promise<Listing> } {
    return {
      listing: async (market) => {
        const rules = this.texts[venue]
        await this.answer()
        return {
          ...{ venue, market, event: 'E', series: '', title: '', status: 'open', shard: 0, contracts: null, yesPays: null },
          ...{ bands: CENTS, closeMs: millis(NOW + 1e9), ...(rules === undefined ? {} : { rulesSha256: rules }) },
          fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: millis(this.nowMs) },
        } as Listing
      },
    }
  }
  refresh(): Promise<void> {
    return this.desk.refresh(NEVER)
  }
  /** The listings are read again, as every minute. */
  async reread(): Promise<void> {
    this.nowMs += LISTINGS_EVERY_MS
    await this.refresh()
  }
  /** What a person did in the registry. */
  async registered(...pairs: readonly RegisteredPair[]): Promise<void> {
    this.pairs = pairs
    await this.refresh()
  }
  get opens(): boolean {
    return this.opensBy('1')
  }
  opensBy(version: string): boolean {
    return this.desk.mayOpen({ ...OF_PAIR, rules: { ...OF_PAIR.rules, certificate: `${PAIR.id}@${version}` } })
  }
  errors(): readonly string[] {
    return this.log.lines.filter(({ level }) => level === 'error').map(({ message }) => message)
  }
}

describe('a rule text that is not the one that was judged', () => {
  it('closes the pair in the moment it is read, before the registry has answered, and the registry suspends it once', async () => {
    const rig = new Rig()
    await rig.refresh()
    expect([rig.opens, rig.suspended]).toEqual([true, []])
    rig.texts.kalshi = 'k2-a-longer-fingerprint'
    let answered: (was: boolean) => void = () => undefined
    rig.registry = () => new Promise((resolve) => (answered = resolve))
    const reread = rig.reread()
    for (let turns = 0; turns < 100 && rig.suspended.length === 0; turns++) await Promise.resolve()
    expect([rig.opens, rig.suspended]).toEqual([false, [`${PAIR.id}: kalshi ${PAIR.kalshi} says k2-a-longer-…`]])
    expect(rig.told).toEqual({ ...AS_JUDGED, kalshi: 'k2-a-longer-fingerprint' })
    answered(true)
    await reread
    await rig.reread()
    expect([rig.opens, rig.suspended.length, rig.errors()]).toEqual([
      false,
      1,
      [`${FAILURES.rulesChanged}: kalshi ${PAIR.kalshi} says k2-a-longer-…`],
    ])
  })

  it('opens again when a person has approved it, and the former text is another one then', async () => {
    const rig = new Rig()
    await rig.refresh()
    rig.texts.forecastex = 'f2'
    await rig.reread()
    await rig.registered() // suspended: it is in trade no more
    expect(rig.opens).toBe(false)
    await rig.registered(judged({ version: 2, rules: { ...AS_JUDGED, forecastex: 'f2' } }))
    expect([rig.opensBy('2'), rig.opens]).toEqual([true, false]) // what was found by the former judgement stays closed
    rig.texts.forecastex = 'f1'
    await rig.reread()
    expect([rig.opensBy('2'), rig.suspended.length]).toEqual([false, 2])
  })

  it('is looked for each minute; what could not be read for five opens nothing until it was', async () => {
    const rig = new Rig()
    await rig.refresh()
    rig.answer = () => Promise.reject(new Error('no answer'))
    rig.nowMs += TEXT_AGE_LIMIT_MS
    await rig.refresh()
    expect(rig.opens).toBe(true)
    rig.nowMs += 1
    expect(rig.opens).toBe(false)
    rig.answer = () => Promise.resolve()
    await rig.reread()
    expect([rig.opens, rig.suspended]).toEqual([true, []])
  })

  it('stays closed while the registry cannot be asked, which is told again', async () => {
    const rig = new Rig()
    await rig.refresh()
    rig.texts.kalshi = 'k2'
    rig.registry = () => Promise.reject(new Error('no answer'))
    await rig.reread()
    await rig.refresh()
    expect([rig.opens, rig.suspended.length, rig.errors()]).toEqual([false, 2, []])
    rig.registry = () => Promise.resolve(false) // another process was quicker
    await rig.refresh()
    await rig.refresh()
    expect([rig.opens, rig.suspended.length, rig.errors()]).toEqual([false, 3, []])
  })
})

describe('a trade that was granted before', () => {
  it('sends nothing from the moment a change is heard of until the same text was read again', async () => {
    const rig = new Rig()
    await rig.refresh()
    const heard = { venue: 'kalshi', conn: 1, n: 1, recvMs: millis(rig.nowMs + 1), market: PAIR.kalshi } as const
    rig.terms.hear({ ...heard, kind: 'listing', closeMs: null, bands: null })
    expect(rig.opens).toBe(false)
    rig.nowMs += 10_000
    await rig.refresh()
    expect([rig.opens, rig.suspended]).toEqual([true, []])
  })

  it.each([
    ['its pair is not in trade any more', (rig: Rig) => rig.registered()],
    ['a venue does not tell its text any more', (rig: Rig) => ((rig.texts.forecastex = undefined), rig.reread())],
    ['the judgement has expired', (rig: Rig) => rig.registered(judged({ expiresMs: millis(NOW) }))],
  ])('sends nothing when %s', async (_why, happens) => {
    const rig = new Rig()
    await rig.refresh()
    await happens(rig)
    expect([rig.opens, rig.suspended]).toEqual([false, []])
  })

  it('is none of a pair that never had a text judged, or of another strategy: those are decided elsewhere', async () => {
    const rig = new Rig()
    rig.pairs = [judged({ rules: null })]
    await rig.refresh()
    rig.nowMs += 2 * TEXT_AGE_LIMIT_MS
    expect(rig.opens).toBe(true)
    expect(rig.desk.mayOpen({ strategy: 'edge', opportunity: { subject: subjectId('nfl') } } as Plan)).toBe(true)
  })
})

it('a box on offer is refused by name, and counted, from the moment another text was told', () => {
  const offer = new Offer([{ ...PAIR, certificate: { ...PAIR.certificate, rules: AS_JUDGED } }])
  const say = (kalshi: string): void => {
    if (offer.terms) offer.terms = { ...offer.terms, told: { ...offer.terms.told, rules: { ...AS_JUDGED, kalshi } } }
  }
  say(AS_JUDGED.kalshi)
  offer.tell(...offer.box())
  expect([offer.found.length, offer.refused]).toEqual([1, []])
  say('k2')
  offer.tell(offer.kalshi([level('0.42', '90')]), offer.kalshi([level('0.42', '80')]))
  expect(offer.refused.map(({ reason }) => reason)).toEqual(['rule texts as approved', 'rule texts as approved'])
  expect(offer.engine.counters).toMatchObject({ found: 1, refused: 2 })
})

it('an expired judgement is told of once', async () => {
  const rig = new Rig()
  rig.pairs = [judged({ expiresMs: millis(NOW + 10) })]
  await rig.refresh()
  expect([rig.opens, rig.errors()]).toEqual([true, []])
  rig.nowMs += 10
  await rig.refresh()
  await rig.refresh()
  expect([rig.opens, rig.errors()]).toEqual([false, [`${FAILURES.certificateExpired}: nothing opens until the pair is approved anew`]])
})
