import { Book } from '../../../../src/core/market/book'
import type { FeedEvent } from '../../../../src/core/market/event'
import { BookDirectory } from '../../../../src/core/market/reference'
import { millis } from '../../../../src/core/units'
import { KalshiSession } from '../../../../src/venues/kalshi/wire/session'
import { recordings } from '../fakes'
import { frames, windows } from './samples'

const isLong = process.env.CROSSBOOK_LONG === '1'
/** The window with the recorded reconnect: `seq` begins anew at 22. */
const RECONNECTED = 'kalshi_ws/gold15m/KXGOLD15M-26AUG102030-30_2026-08-11.ndjson.gz'
const AGAIN = '"type":"orderbook_snapshot","sid":1,"seq":22,'
/** The window whose last messages were recorded apart: deltas before any snapshot. */
const TAIL = '102000-00_2026-08-11'

const marketOf = (name: string): string => /(KXGOLD15M-\w+-\d+)_/.exec(name)?.[1] ?? ''

/** The book of one window, rebuilt by the session and the book of production. */
class Window {
  readonly #directory = new BookDirectory()
  readonly book = new Book()
  readonly failures: string[] = []
  frames = 0
  readonly #session: KalshiSession

  constructor(sequence: 'check' | 'ignore') {
    this.#session = new KalshiSession({
      directory: this.#directory,
      sequence,
      notice: () => undefined,
      emit: (event) => this.#apply(event),
    })
  }

  take(frame: string): void {
    const n = ++this.frames
    this.#session.receive({ n, recvMs: millis(n), monoNs: 0n, venue: 'kalshi', conn: 1, dir: 'in', payload: Buffer.from(frame) })
    const [bid, ask] = [this.book.bestPrice('bid'), this.book.bestPrice('ask')]
    if (bid !== null && ask !== null && bid >= ask) this.failures.push(`crossed after frame ${n}: ${bid} ≥ ${ask}`)
  }
  #apply(event: FeedEvent): void {
    if (event.kind === 'unreadable') this.failures.push(event.cause)
    if (event.kind === 'forget') this.book.forget()
    // below zero is inconsistent, and so is anything out of range
    if (event.kind === 'book' && this.book.apply(event.change, event.n, event.recvMs) !== 'applied')
      this.failures.push(`inconsistent at frame ${event.n}`)
  }
  get levels(): string {
    return JSON.stringify([this.book.levels('bid', Infinity), this.book.levels('ask', Infinity)])
  }
}
function rebuilt(recorded: readonly string[]): Window {
  const window = new Window('ignore')
  for (const frame of recorded) window.take(frame)
  return window
}

recordings('a recorded window', () => {
  const whole = windows().filter((name) => !name.includes(TAIL))
  it.each(isLong ? whole : [RECONNECTED])('%s: its book is never crossed and never below zero', (name) => {
    const window = rebuilt(frames(name))
    expect([window.failures, window.book.isLive]).toEqual([[], true])
    if (isLong) process.stdout.write(`${marketOf(name)}: ${window.frames} frames\n`)
  })

  it('whose connection broke is repaired by the new snapshot, and by nothing before it', () => {
    const recorded = frames(RECONNECTED)
    const again = recorded.findIndex((frame, i) => i > 0 && frame.includes(AGAIN))
    const [before, fresh] = [rebuilt(recorded.slice(0, again)), rebuilt([recorded[again] ?? ''])]
    expect(before.levels).not.toBe(fresh.levels)
    before.take(recorded[again] ?? '')
    expect(before.levels).toBe(fresh.levels)
    // without that snapshot the old book cannot take what follows
    const stale = rebuilt([...recorded.slice(0, again), ...recorded.slice(again + 1)])
    expect(stale.failures.length).toBeGreaterThan(0)
  })

  it('whose connection broke has no book between the break and the new snapshot', () => {
    const recorded = frames(RECONNECTED).filter((frame) => !frame.startsWith('{"type":"trade"'))
    const again = recorded.findIndex((frame, i) => i > 0 && frame.includes(AGAIN))
    const window = new Window('check')
    // split per market after recording: numbered as one subscription up to the break
    for (const [i, frame] of recorded.slice(0, again).entries()) window.take(frame.replace(/"seq":\d+/, `"seq":${1_000 + i}`))
    expect(window.book.isLive).toBe(true)
    window.take(recorded[again + 1] ?? '')
    expect(window.book.isLive).toBe(false)
    window.take(recorded[again] ?? '')
    expect([window.book.isLive, window.failures]).toEqual([true, []])
  })
})
