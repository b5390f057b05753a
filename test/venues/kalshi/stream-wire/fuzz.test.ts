import { marketId } from '../../../../src/core/ids'
import type { FeedEvent } from '../../../../src/core/market/event'
import { BookDirectory } from '../../../../src/core/market/reference'
import { millis, type BookIndex } from '../../../../src/core/units'
import { Books } from '../../../../src/streaming/books'
import { KalshiSession } from '../../../../src/venues/kalshi/wire/session'
import { agreed } from './agreement'
import { Mutator } from './mutate'
import { MARKET, SAMPLES } from './samples'

/** 200,000 frames are some minutes: CROSSBOOK_LONG=1, another seed by CROSSBOOK_SEED. */
const FRAMES = process.env.CROSSBOOK_LONG === '1' ? 200_000 : 5_000
const SEED = Number.parseInt(process.env.CROSSBOOK_SEED ?? '20261122', 10)

const texts = Object.values(SAMPLES).map((each) => JSON.stringify(each))
/** The hot kinds are half of what is mutated and more. */
const hot = ['delta', 'own delta', 'snapshot', 'answered snapshot', 'trade', 'block'].map((name) => JSON.stringify(SAMPLES[name]))

/** The session and the books of production, the book of the samples' market known. */
class Desk {
  readonly directory = new BookDirectory()
  readonly books = new Books()
  #told: FeedEvent[] = []
  #n = 0
  readonly #session = new KalshiSession({
    directory: this.directory,
    sequence: 'ignore',
    notice: () => undefined,
    emit: (event) => {
      this.#told.push(event)
      this.books.apply(event)
    },
  })

  constructor() {
    this.take(Buffer.from(JSON.stringify(SAMPLES.snapshot)))
  }

  /** @returns what the frame makes the session tell */
  take(payload: Uint8Array): readonly FeedEvent[] {
    this.#told = []
    const n = ++this.#n
    this.#session.receive({ n, recvMs: millis(n), monoNs: 0n, venue: 'kalshi', conn: 1, dir: 'in', payload })
    return this.#told
  }
  get book(): BookIndex {
    return this.directory.indexOf('kalshi', marketId(MARKET), 'yes')
  }
  get isLive(): boolean {
    return this.books.at(this.book).isLive
  }
  /** What each book holds. */
  get levels(): readonly string[] {
    const of = Array.from({ length: this.directory.size }, (_, index) => this.books.at(index as BookIndex))
    return of.map((book) => JSON.stringify([book.isLive, book.levels('bid', Infinity), book.levels('ask', Infinity)]))
  }
}
const UNKNOWN = JSON.stringify([false, [], []])

describe('mutated frames', () => {
  it(`${FRAMES} of seed ${SEED}: the three ways agree, nothing throws, and what is refused changes no book`, () => {
    process.stdout.write(`fuzz of frames: seed ${SEED}\n`)
    const mutator = new Mutator(SEED)
    const counts = { readable: 0, refused: 0, applied: 0 }
    let desk = new Desk()
    for (let i = 0; i < FRAMES; i++) {
      const frame = mutator.mutated(mutator.pick(i % 2 === 0 ? hot : texts))
      const isRefused = agreed(frame).kind === 'unreadable'
      const before = desk.levels
      const told = desk.take(frame)
      if (isRefused) {
        expect(told.filter(({ kind }) => kind === 'book' || kind === 'print')).toEqual([])
        // a change that is missing makes the books of its subscription unknown: they are emptied, and nothing else may become of one
        expect(desk.levels.filter((each, k) => each !== before[k] && each !== UNKNOWN)).toEqual([])
      } else counts.applied += told.some(({ kind }) => kind === 'book') ? 1 : 0
      counts[isRefused ? 'refused' : 'readable']++
      if (!desk.isLive) desk = new Desk()
    }
    process.stdout.write(`${JSON.stringify(counts)}\n`)
    expect(Math.min(counts.readable, counts.refused, counts.applied)).toBeGreaterThan(FRAMES / 20)
  })

  it('are the same for the same seed', () => {
    const made = (seed: number): string[] => {
      const mutator = new Mutator(seed)
      return Array.from({ length: 50 }, () => Buffer.from(mutator.mutated(mutator.pick(texts))).toString('hex'))
    }
    expect(made(7)).toEqual(made(7))
    expect(made(7)).not.toEqual(made(8))
  })
})
