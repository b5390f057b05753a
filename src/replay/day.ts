import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Frame } from '../core/market/event'
import type { Decided } from '../ports/frame-log'
import type { Log } from '../ports/log'
import { segmentsIn, type CaptureSegment } from '../stores/files/capture/segments'
import type { DayReplay, DecisionDiffers } from '../workflows/messages'
import { framesOf } from './frames'
import { replay, type DecidedAgain, type Known, type ReplayOptions } from './replay'

const DAY_MS = 86_400_000
const DAY = /^\d{4}-\d{2}-\d{2}$/
/** A report is read by a person: a hundred lines of a kind tell as much as a million. */
const LISTED_MAX = 100
/** How often whoever waits hears that it goes on. */
const TOLD_EVERY_FRAMES = 50_000

/** What the files of a capture do not tell: how the venues charge, how a find is valued and how edges are judged. */
export type JudgedBy = Pick<ReplayOptions, 'mode' | 'balancePrecision' | 'policy' | 'regimes' | 'edges'>

export interface DayOptions {
  readonly dataDir: string
  readonly terms: JudgedBy
  /** Trades that the ledger has of a time: each must be told by a capture. */
  readonly tradesOf: (fromMs: number, toMs: number) => Promise<readonly string[]>
  /** Told again and again while it goes on: frames read so far. */
  readonly onProgress: (frames: number) => void
  readonly nowMs: () => number
  readonly signal: AbortSignal
}

/**
 * Decides everything that was decided in a UTC day once more, from the captures through the same engine, and compares. The files of a process are read from
 * the oldest that the ring has, and where that is not the process's first, from what stands as it was told again in one of them (docs/capture.md).
 * @throws RangeError for a text that is no day; the signal's reason
 */
export async function replayDay(day: string, options: DayOptions): Promise<DayReplay> {
  const { dataDir, tradesOf, nowMs } = options
  const fromMs = DAY.test(day) ? Date.parse(day) : Number.NaN
  if (Number.isNaN(fromMs)) throw new RangeError(`"${day}" is not a day: write it like 2026-11-22`)
  const startedMs = nowMs()
  const comparison = new Comparison(fromMs, fromMs + DAY_MS)
  const all = await segmentsIn(path.join(dataDir, 'capture'))
  for (const files of byProcess(all, fromMs, fromMs + DAY_MS)) await replayProcess(files, options, comparison)
  comparison.expect(await tradesOf(fromMs, fromMs + DAY_MS))
  return { day, ...comparison.report(), elapsedMs: Math.round(nowMs() - startedMs) }
}

/** Of each process that captured in the day: its files until the day's end. */
function byProcess(all: readonly CaptureSegment[], fromMs: number, toMs: number): readonly (readonly string[])[] {
  const names = new Set(all.filter(({ startedMs, beforeMs }) => startedMs < toMs && beforeMs >= fromMs).map(({ process }) => process))
  return [...names].map((name) => all.filter(({ process, startedMs }) => process === name && startedMs < toMs).map(({ file }) => file))
}

async function replayProcess(files: readonly string[], { terms, onProgress, signal }: DayOptions, comparison: Comparison): Promise<void> {
  const warn = (fields: object, message: string): void => comparison.warn(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: () => undefined, info: () => undefined, warn, error: warn }
  const told = framesOf(files, log, (sentence) => comparison.warn(sentence))
  comparison.files += files.length
  async function* frames(): AsyncGenerator<Frame, void, undefined> {
    for await (const frame of told) {
      if (frame.recvMs >= comparison.toMs) return
      if (++comparison.frames % TOLD_EVERY_FRAMES === 0) {
        signal.throwIfAborted()
        onProgress(comparison.frames)
      }
      yield frame
    }
  }
  const onDecided = (decided: Decided, again: DecidedAgain): void => comparison.add(decided, again)
  try {
    await replay(frames(), { ...terms, sequence: 'check', until: null, opportunities: false, onDecided })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    comparison.warn(error.message) // a file that cannot be read at all, or of another version: what it decided is not compared
  }
}

const NO_MORE = 'in files that the ring has no more, or in frames that were lost'
const NOT_KNOWN: Readonly<Record<Exclude<Known, 'known'>, string>> = {
  'books not known': `the snapshots of its books are ${NO_MORE}`,
  'terms not known': `its pair, its listings or the limits were told ${NO_MORE}`,
  'odds not known': `its game, or the odds it was judged by, were told ${NO_MORE}`,
  'frames not known': `what it was judged by may have changed ${NO_MORE}`,
  'memory not known': `when its best prices last moved, or the fetch that bore it, was told ${NO_MORE}`,
  'profile not known': 'it was judged by other rules than config/profiles.yaml has now',
}

class Comparison {
  files = 0
  frames = 0
  readonly #recorded = new Map<string, string>()
  readonly #replayed = new Map<string, string>()
  readonly #told = new Set<string>()
  readonly #differing: DecisionDiffers[] = []
  readonly #notCompared: { tradeId: string; reason: string }[] = []
  readonly #warnings: string[] = []
  #withoutBeginning = 0

  constructor(
    readonly fromMs: number,
    readonly toMs: number,
  ) {}

  add(decided: Decided, { figures: replayed, known }: DecidedAgain): void {
    const { tradeId, seenMs, figures } = decided
    if (seenMs < this.fromMs || seenMs >= this.toMs) return
    this.#told.add(tradeId)
    if (known !== 'known') {
      if (known !== 'profile not known') this.#withoutBeginning++
      this.#notCompared.push({ tradeId, reason: NOT_KNOWN[known] })
      return
    }
    const pair = decided.strategy === 'box' ? decided.pair : decided.market
    const [before, now] = [figures.join(' '), replayed?.join(' ') ?? 'nothing']
    this.#recorded.set(tradeId, before)
    this.#replayed.set(tradeId, now)
    if (before !== now) this.#differing.push({ tradeId, pair, seenMs, recorded: figures, replayed })
  }

  warn(sentence: string): void {
    if (this.#warnings.length < LISTED_MAX) this.#warnings.push(sentence)
  }

  /** @param tradeIds that the ledger has */
  expect(tradeIds: readonly string[]): void {
    for (const tradeId of tradeIds) {
      if (this.#told.has(tradeId)) continue
      this.#told.add(tradeId)
      this.#notCompared.push({ tradeId, reason: 'no capture tells of its decision' })
    }
  }

  report(): Omit<DayReplay, 'day' | 'elapsedMs'> {
    return {
      files: this.files,
      frames: this.frames,
      decisions: this.#told.size,
      compared: this.#recorded.size,
      recordedSha256: digestOf(this.#recorded),
      replayedSha256: digestOf(this.#replayed),
      same: this.#differing.length === 0 && this.#withoutBeginning === 0,
      withoutBeginning: this.#withoutBeginning,
      differing: this.#differing.slice(0, LISTED_MAX),
      notCompared: this.#notCompared.slice(0, LISTED_MAX),
      warnings: this.#warnings,
    }
  }
}

/** By trade, so that the order of the processes' files does not matter. */
function digestOf(figures: ReadonlyMap<string, string>): string {
  const lines = [...figures].map(([tradeId, text]) => `${tradeId} ${text}\n`).toSorted()
  return createHash('sha256').update(lines.join('')).digest('hex')
}
