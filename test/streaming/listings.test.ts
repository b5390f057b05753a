import { marketId, type Venue } from '../../src/core/ids'
import { BookDirectory } from '../../src/core/market/reference'
import { millis, price } from '../../src/core/units'
import type { Listing } from '../../src/ports/catalog'
import { Desk, type RegisteredPair } from '../../src/streaming/desk'
import { Engine } from '../../src/streaming/engine'
import { NOW } from '../core/box/fixture'
import { recordingFrames, recordingLog } from '../venues/kalshi/fakes'
import { termsAt } from './audit/overseen'

const NEVER = new AbortController().signal
/** What five reads of ten tokens take at two hundred a second. */
const READ_MS = 250

/** Two catalogues that take their time, and markets that they fail for. */
class Rig {
  readonly #frames = recordingFrames()
  readonly #log = recordingLog()
  readonly #terms = termsAt()
  readonly asked: string[] = []
  readonly failing = new Set<string>()
  isDown = false
  nowMs = NOW as number
  limits = 0
  pairs: readonly RegisteredPair[] = []
  readonly desk = new Desk({
    engine: new Engine(new BookDirectory(), { onFound: () => undefined, onRefused: () => undefined, onBook: () => undefined }),
    terms: this.#terms,
    feeds: [],
    catalogs: { kalshi: this.#catalog('kalshi'), forecastex: this.#catalog('forecastex') } as never,
    ...{ calendars: [], releases: [], frameLog: this.#frames, log: this.#log, nowMs: () => this.nowMs },
    readPairs: () => Promise.resolve(this.pairs),
    readTraded: () => Promise.resolve([]),
    readLimits: () => Promise.resolve({ version: String(++this.limits), maxContractsPerTrade: 1 } as never),
    suspend: () => Promise.reject(new Error('nothing was judged')),
    canaries: [],
  })

  constructor(pairs: number) {
    this.pairs = Array.from({ length: pairs }, (_, i) => ({
      ...{ id: `p${i}` as RegisteredPair['id'], kalshiMarket: `K${i}`, forecastexMarket: `F${i}` },
      ...{ polarity: 'same', class: 'S0', approvedFor: 'sim', version: 1, states: [], rules: null, expiresMs: null },
    }))
  }
  #catalog(venue: Venue): { listing(market: string): Promise<Listing> } {
    return {
      listing: (market) => {
        this.asked.push(market)
        if (this.isDown || this.failing.has(market)) return Promise.reject(new Error('503'))
        this.nowMs += venue === 'kalshi' ? READ_MS : 0
        return Promise.resolve({
          ...{
            venue,
            market: marketId(market),
            event: '',
            series: '',
            title: '',
            status: 'open',
            shard: 0,
            contracts: null,
            yesPays: null,
          },
          ...{ bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }], closeMs: millis(NOW + 1e9) },
          fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: millis(this.nowMs) },
        })
      },
    }
  }
  async refresh(times = 1): Promise<void> {
    for (let i = 0; i < times; i++) await this.desk.refresh(NEVER)
  }
  listed(): number {
    return this.pairs.filter(({ kalshiMarket, forecastexMarket }) =>
      [this.#terms.listing('kalshi', kalshiMarket), this.#terms.listing('forecastex', forecastexMarket)].every((each) => each !== null),
    ).length
  }
  doubt(event: string): void {
    this.#terms.hear({
      ...{ venue: 'kalshi', conn: 1, n: 1, recvMs: millis(this.nowMs + 1), kind: 'fees' },
      ...{ event, feeType: null, multiplier: null },
    } as never)
  }
}

describe('the listings of many pairs', () => {
  it('that the venue has changed do not wait for the rest of a round', async () => {
    const rig = new Rig(100)
    await rig.refresh(6)
    rig.nowMs += 601_000
    await rig.refresh()
    rig.asked.length = 0
    rig.doubt('')
    await rig.refresh()
    expect(rig.asked[0]).toBe('K0')
  })

  it('are read on from where the time of a refresh was over, and limits and pairs are read meanwhile', async () => {
    const rig = new Rig(100)
    await rig.refresh()
    expect([rig.desk.pairs.length, rig.listed(), rig.desk.isListed]).toEqual([100, 19, false])
    await rig.refresh(5)
    expect([rig.listed(), rig.desk.isListed, rig.limits]).toEqual([100, true, 6])
    expect(rig.asked).toHaveLength(200)
    // what was removed is gone at the next refresh, whatever is still to be read
    rig.pairs = rig.pairs.slice(0, 3)
    await rig.refresh()
    expect(rig.desk.pairs).toHaveLength(3)
  })

  it('are read although one of them never can be', async () => {
    const rig = new Rig(5)
    rig.failing.add('K0')
    await rig.refresh()
    expect([rig.listed(), rig.desk.isListed]).toEqual([4, true])
    rig.failing.clear()
    await rig.refresh()
    expect(rig.listed()).toBe(5)
  })

  it('once read have their pairs looked at again: books that stand still say nothing more', async () => {
    const again = jest.spyOn(Engine.prototype, 'judgeAgain')
    try {
      await new Rig(2).refresh()
      expect(again.mock.calls.map(([pair]) => pair)).toEqual(['p0', 'p0', 'p1', 'p1'])
    } finally {
      again.mockRestore()
    }
  })

  it('are left for the next refresh by a venue that answers none', async () => {
    const rig = new Rig(50)
    rig.isDown = true
    await rig.refresh()
    expect(rig.asked).toHaveLength(3)
    rig.isDown = false
    await rig.refresh(3)
    expect(rig.listed()).toBe(50)
  })

  it('are read again when the venue has changed them, before all others, and after some minutes in any case', async () => {
    const rig = new Rig(2)
    await rig.refresh()
    rig.asked.length = 0
    await rig.refresh()
    expect(rig.asked).toEqual([])
    rig.doubt('')
    await rig.refresh()
    expect(rig.asked).toEqual(['K0', 'K1'])
    // one that fails lets the others pass
    rig.failing.add('K0')
    rig.doubt('')
    await rig.refresh()
    rig.failing.clear()
    rig.asked.length = 0
    rig.nowMs += 2_000 // the venue's reads may lag its messages
    await rig.refresh()
    expect(new Set(rig.asked)).toEqual(new Set(['K0', 'K1']))
    rig.asked.length = 0
    await rig.refresh()
    expect(rig.asked).toEqual([])
    rig.asked.length = 0
    rig.nowMs += 601_000
    await rig.refresh()
    expect(rig.asked).toEqual(['K0', 'F0', 'K1', 'F1'])
  })
})
