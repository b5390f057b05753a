import fc from 'fast-check'
import { marketId } from '../../../../src/core/ids'
import { BookDirectory } from '../../../../src/core/market/reference'
import { millis } from '../../../../src/core/units'
import { Subscriptions } from '../../../../src/venues/kalshi/subscriptions'
import { KalshiSession } from '../../../../src/venues/kalshi/wire/session'
import { Books } from '../books'
import { ScriptedVenue, type Mood } from './scripted'

const MARKETS = ['A', 'B', 'C', 'D', 'E']
const TICK_MS = 500
const CALM_MS = 300_000
const RUNS = Number(process.env['CROSSBOOK_SEEDS'] ?? 400)

/** A client without sockets: what the feed does with one lane, by a clock of its own. */
class Client {
  readonly venue = new ScriptedVenue()
  readonly directory = new BookDirectory()
  readonly books = new Books()
  readonly watched = new Set<string>()
  readonly subscriptions = new Subscriptions({
    byMarket: ['orderbook_delta', 'trade'],
    ofAll: ['market_lifecycle_v2', 'fill'],
    crowded: (markets) => this.unwatch(markets),
  })
  readonly #session = new KalshiSession({
    directory: this.directory,
    sequence: 'check',
    emit: (event) => this.books.apply(event),
    notice: (notice) => void this.subscriptions.learn(notice, this.nowMs),
  })
  nowMs = 0
  #n = 0
  #conn = 0

  #receive(dir: 'in' | 'out', payload: Uint8Array | readonly unknown[]): void {
    this.#session.receive({ n: ++this.#n, recvMs: millis(this.nowMs), monoNs: 0n, venue: 'kalshi', conn: this.#conn, dir, payload })
  }
  connect(): void {
    if (this.#conn > 0) this.#receive('in', ['close', 'scripted'])
    this.#conn++
    this.venue.connect()
    this.subscriptions.opened(this.nowMs)
    this.#receive('in', ['open'])
  }
  watch(markets: readonly string[]): void {
    for (const market of markets) this.watched.add(market)
    for (const market of markets) this.directory.indexOf('kalshi', marketId(market), 'yes')
    this.subscriptions.watch(markets.map(marketId))
  }
  unwatch(markets: readonly string[]): void {
    for (const market of markets) this.watched.delete(market)
    this.subscriptions.unwatch(markets.map(marketId))
  }
  send(): void {
    for (let command = this.subscriptions.next(this.nowMs); command; command = this.subscriptions.next(this.nowMs)) {
      this.#receive('out', Buffer.from(JSON.stringify(command)))
      this.venue.obey(command)
    }
  }
  deliver(count: number): void {
    for (const message of this.venue.outbox.splice(0, count)) this.#receive('in', Buffer.from(JSON.stringify(message)))
  }
  ticks(count: number): void {
    for (let i = 0; i < count; i++) this.tick()
  }
  tick(): void {
    this.nowMs += TICK_MS
    this.subscriptions.tick(this.nowMs)
    if (this.subscriptions.stalled(this.nowMs)) this.connect()
  }
  /** No more surprises, and a change now and then, which makes a lost message show. */
  calm(): void {
    for (const untilMs = this.nowMs + CALM_MS; this.nowMs < untilMs; this.tick()) {
      if (this.nowMs % 10_000 === 0) for (const market of MARKETS) this.venue.trade(market, 50)
      this.send()
      this.deliver(Infinity)
    }
    this.send()
    this.deliver(Infinity)
  }

  known(): Record<string, [number, number][]> {
    const known = MARKETS.flatMap((market) => {
      const book = this.books.of(this.directory.find('kalshi', marketId(market), 'yes') ?? -1)
      return book ? [[market, [...book.bid].toSorted(([a], [b]) => a - b)] as const] : []
    })
    return Object.fromEntries(known)
  }
  truth(): Record<string, [number, number][]> {
    const of = (market: string): [number, number][] =>
      [...(this.venue.books.get(market) ?? [])]
        .map(([cents, size]): [number, number] => [cents * 100, size * 100])
        .toSorted(([a], [b]) => a - b)
    return Object.fromEntries([...this.watched].toSorted().map((market) => [market, of(market)]))
  }
}

const market = fc.constantFrom(...MARKETS)
const mood = fc.constantFrom<Mood>('ignore', 'silent', { code: 1 }, { code: 7 }, { code: 11 }, { code: 18 }, { code: 27 })
interface Step {
  readonly name: string
  readonly act: (client: Client) => void
}
/** One kind of step, as often as its weight says; the name is what a counterexample shows. */
const kind = <T>(weight: number, name: string, of: fc.Arbitrary<T>, act: (client: Client, value: T) => void) => ({
  weight,
  arbitrary: of.map((value): Step => ({ name: `${name} ${JSON.stringify(value)}`, act: (client) => act(client, value) })),
})
const nothing = fc.constant(null)
const step: fc.Arbitrary<Step> = fc.oneof(
  kind(3, 'watch', market, (client, each) => client.watch([each])),
  kind(2, 'unwatch', market, (client, each) => client.unwatch([each])),
  kind(6, 'trade', fc.tuple(market, fc.integer({ min: 1, max: 9 })), ({ venue }, [each, cents]) => venue.trade(each, cents)),
  kind(6, 'deliver', fc.integer({ min: 1, max: 8 }), (client, count) => client.deliver(count)),
  kind(6, 'send', nothing, (client) => client.send()),
  kind(4, 'ticks', fc.integer({ min: 1, max: 30 }), (client, count) => client.ticks(count)),
  kind(2, 'mood', mood, ({ venue }, each) => (venue.mood = each)),
  kind(2, 'lose', nothing, ({ venue }) => venue.lose()),
  kind(2, 'swap', nothing, ({ venue }) => venue.swap()),
  kind(1, 'overflow', fc.nat(5), ({ venue }, index) => venue.overflow(index)),
  kind(1, 'end silently', fc.nat(5), ({ venue }, index) => venue.endSilently(index)),
  kind(1, 'forget', market, ({ venue }, each) => venue.forgetMarket(each)),
  kind(1, 'connect', nothing, (client) => client.connect()),
)

describe('subscriptions against a venue that loses, refuses, swaps and forgets', () => {
  it('end with one live subscription and a true book for every watched market, and nothing of any other', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const client = new Client()
        client.connect()
        for (const { act } of steps) act(client)
        client.calm()
        const watched = [...client.watched].toSorted()
        const held = (channel: string): string[][] =>
          [...client.venue.subs.values()].filter((sub) => sub.channel === channel).map((sub) => [...sub.markets].toSorted())
        const whole = (sets: string[][]): boolean => (watched.length > 0 ? sets.length === 1 : sets.length <= 1)
        for (const channel of ['orderbook_delta', 'trade']) {
          expect([channel, held(channel).flat(), whole(held(channel))]).toEqual([channel, watched, true])
        }
        for (const channel of ['market_lifecycle_v2', 'fill']) expect([channel, held(channel).length]).toEqual([channel, 1])
        expect(client.known()).toEqual(client.truth())
        expect(client.subscriptions.missing).toBe(0)
      }),
      { numRuns: RUNS },
    )
  })
})
