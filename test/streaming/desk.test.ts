import { BookDirectory } from '../../src/core/market/reference'
import { marketId, type Venue } from '../../src/core/ids'
import { millis } from '../../src/core/units'
import type { MarketFeed } from '../../src/ports/feed'
import { Desk, type Listed, type RegisteredPair } from '../../src/streaming/desk'
import { Engine } from '../../src/streaming/engine'
import { NOW } from '../core/box/fixture'
import { recordingFrames, recordingLog } from '../venues/kalshi/fakes'
import { termsAt } from './audit/overseen'

const NEVER = new AbortController().signal
const pair = (id: string, kalshiMarket: string, forecastexMarket: string): RegisteredPair => ({
  ...{ id: id as RegisteredPair['id'], kalshiMarket, forecastexMarket },
  ...{ polarity: 'same', class: 'S0', approvedFor: 'sim', version: 1, states: [], rules: null, expiresMs: null },
})
const ONE = pair('one', 'K1', 'F1')
/** Shares its market of Kalshi with the first. */
const TWIN = pair('twin', 'K1', 'F2')
const OTHER = pair('other', 'K3', 'F3')

/** A desk whose registry and running trades are what they are set to, and what it asks of the feeds. */
class Rig {
  pairs: readonly RegisteredPair[] = []
  /** null: nobody answers. */
  traded: readonly string[] | null = []
  readonly asked: string[] = []
  readonly log = recordingLog()
  readonly terms = termsAt()
  readonly desk: Desk

  constructor(canaries: readonly Listed[] = []) {
    const catalog = { listing: () => Promise.resolve(null) }
    const directory = new BookDirectory()
    const { unwatch: _unable, ...forecastex } = this.#feed('forecastex')
    this.desk = new Desk({
      engine: new Engine(directory, { onFound: () => undefined, onRefused: () => undefined, onBook: () => undefined }),
      terms: this.terms,
      feeds: [this.#feed('kalshi'), forecastex],
      catalogs: { kalshi: catalog, forecastex: catalog } as never,
      ...{ calendars: [], releases: [], frameLog: recordingFrames(), log: this.log, nowMs: () => millis(NOW) },
      readPairs: () => Promise.resolve(this.pairs),
      readLimits: () => Promise.resolve({ version: '1', maxContractsPerTrade: 1 } as never),
      suspend: () => Promise.reject(new Error('nothing was judged')),
      canaries,
      readTraded: () => (this.traded === null ? Promise.reject(new Error('no answer')) : Promise.resolve(this.traded)),
    })
  }
  #feed(venue: Venue): MarketFeed {
    return {
      venue,
      watch: (markets) => void this.asked.push(`${venue} watch ${markets.join(' ')}`.trimEnd()),
      unwatch: (markets) => void this.asked.push(`${venue} unwatch ${markets.join(' ')}`),
      run: () => Promise.resolve(),
    }
  }
  /** What the feeds were asked for because of this registry and these running trades. */
  async refresh(pairs: readonly RegisteredPair[], traded: readonly string[] | null = []): Promise<readonly string[]> {
    this.pairs = pairs
    this.traded = traded
    this.asked.length = 0
    await this.desk.refresh(NEVER)
    return this.asked.filter((each) => each.includes('unwatch'))
  }
}

describe('the markets of removed pairs', () => {
  it('are ended at the feeds that can, unless another pair names them', async () => {
    const rig = new Rig()
    expect(await rig.refresh([ONE, TWIN, OTHER])).toEqual([])
    expect(rig.asked).toEqual(['kalshi watch K1 K1 K3', 'forecastex watch F1 F2 F3'])
    expect(await rig.refresh([TWIN])).toEqual(['kalshi unwatch K3'])
    expect(await rig.refresh([])).toEqual(['kalshi unwatch K1'])
    expect(await rig.refresh([])).toEqual([])
  })

  it('are told as long as a trade of the pair runs, wherever it runs', async () => {
    const rig = new Rig()
    await rig.refresh([ONE, OTHER])
    expect(await rig.refresh([], ['one'])).toEqual(['kalshi unwatch K3'])
    expect(await rig.refresh([], ['one', 'somebody'])).toEqual([])
    expect(await rig.refresh([])).toEqual(['kalshi unwatch K1'])
  })

  it('stay when the pair returns before its trade has ended', async () => {
    const rig = new Rig()
    await rig.refresh([ONE])
    await rig.refresh([], ['one'])
    await rig.refresh([ONE], ['one'])
    expect(await rig.refresh([ONE])).toEqual([])
  })

  it('stay while it cannot be said what runs', async () => {
    const rig = new Rig()
    await rig.refresh([ONE])
    expect(await rig.refresh([], null)).toEqual([])
    expect(rig.log.lines.map(({ message }) => message)).toContain('limits and pairs could not be read again; the last ones stand')
    expect(await rig.refresh([])).toEqual(['kalshi unwatch K1'])
  })
})

it('E27 markets of canaries are watched where no pair trades, and stay when pairs go', async () => {
  const rig = new Rig([
    { venue: 'kalshi', market: marketId('KC') },
    { venue: 'forecastex', market: marketId('FC') },
  ])
  await rig.refresh([])
  expect(rig.asked).toEqual(['kalshi watch KC', 'forecastex watch FC'])
  await rig.refresh([OTHER])
  expect(rig.asked).toEqual(['kalshi watch K3 KC', 'forecastex watch F3 FC'])
  expect(await rig.refresh([])).toEqual(['kalshi unwatch K3'])
})

it('the questions of the pairs tell what they are closed by, those first that close first', async () => {
  const rig = new Rig()
  const session = { fromMs: millis(NOW - 1), untilMs: millis(NOW + 5_000) }
  const hours = (...sessions: readonly (typeof session)[]) => ({ kind: 'told', ...session, sessions }) as const
  const list = (market: string, closesInMs: number, of: ReturnType<typeof hours>): void =>
    void rig.terms.tellListing({
      venue: 'forecastex',
      market,
      closeMs: millis(NOW + closesInMs),
      fees: { fetchedAtMs: NOW },
      hours: of,
    } as never)
  list('F1', 9_000, hours(session))
  list('F2', 8_000, hours())
  list('F3', -1, hours(session))
  await rig.refresh([ONE, TWIN, OTHER, pair('unread', 'K4', 'F4')])
  expect(rig.desk.questions()).toEqual([
    { market: 'F3', closedBy: 'the close at forecastex', untilMs: null, closeMs: NOW - 1 },
    { market: 'F2', closedBy: 'the closed hours of forecastex', untilMs: NOW + 5_000, closeMs: NOW + 8_000 },
    { market: 'F1', closedBy: null, untilMs: null, closeMs: NOW + 9_000 },
  ])
})
