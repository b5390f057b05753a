import type { BoxFound, BoxPair, BoxRefused } from '../../../src/core/box/finding'
import type { Frame } from '../../../src/core/market/event'
import { Decisions } from '../../../src/replay/decisions'
import { framesOf } from '../../../src/replay/frames'
import { replay, type Replayed, type ReplayOptions } from '../../../src/replay/replay'
import { LogBook } from '../../stores/doubles'
import { PlainDesk } from './desk'
import type { Digests } from './digest'
import { plainText } from './text'

export interface Compared {
  readonly report: Replayed
  /** The first decision that is not the same, with its frame's number; null: all are. */
  readonly difference: string | null
  /** Of the plain decisions, written as those of the hot engine are. */
  readonly digests: Digests
  readonly decisions: number
}

/** Runs both over the same file: what the hot engine decided, frame by frame, beside what the plain one decides. */
export async function compared(file: string, options: ReplayOptions): Promise<Compared> {
  const { report, decided } = await hotly(file, options)
  let place = 0
  let difference: string | null = null
  const desk = new PlainDesk(options, (each) => {
    const [hot, plain] = [decided[place++] ?? 'nothing more', plainText(each)]
    if (hot !== plain) difference ??= `decision ${place}\nhot:   ${hot}\nplain: ${plain}`
  })
  for await (const frame of framesOf([file], new LogBook())) {
    desk.receive(frame)
    if (difference !== null) break
  }
  if (difference === null && place < decided.length) difference = `decision ${place + 1}\nhot:   ${decided[place]}\nplain: nothing more`
  return { report, difference, digests: desk.digests(), decisions: decided.length }
}

async function hotly(file: string, options: ReplayOptions): Promise<{ readonly report: Replayed; readonly decided: readonly string[] }> {
  const decided: string[] = []
  const found = jest.spyOn(Decisions.prototype, 'addFound')
  const refused = jest.spyOn(Decisions.prototype, 'addRefused')
  /** What was decided since the last frame, in the order in which it was. */
  const drain = (n: number): void => {
    if (found.mock.calls.length + refused.mock.calls.length === 0) return
    const texts = [
      ...found.mock.calls.map(([pair, each, atMs], i) => ({
        order: found.mock.invocationCallOrder[i],
        text: foundText(n, pair, each, atMs),
      })),
      ...refused.mock.calls.map(([pair, each, atMs], i) => ({
        order: refused.mock.invocationCallOrder[i],
        text: refusedText(n, pair, each, atMs),
      })),
    ]
    for (const { text } of texts.sort((a, b) => (a.order ?? 0) - (b.order ?? 0))) decided.push(text)
    found.mockClear()
    refused.mockClear()
  }
  try {
    return { report: await replay(watched(framesOf([file], new LogBook()), drain), options), decided }
  } finally {
    found.mockRestore()
    refused.mockRestore()
  }
}

async function* watched(frames: AsyncIterable<Frame>, drain: (n: number) => void): AsyncGenerator<Frame> {
  for await (const frame of frames) {
    yield frame
    drain(frame.n)
  }
}

function foundText(n: number, { id }: BoxPair, found: BoxFound, atMs: number): string {
  const { direction, margin, quantity, kalshi, forecastex, ceiling, leastPayoff, first } = found
  const { netEdge, expectedValue, worst, worstCaseProfit, capital, lockedDays, annualReturn } = found
  const what = { direction, margin, first, quantity, kalshi, forecastex, ceiling, leastPayoff }
  return textOf('found', n, atMs, id, {
    ...what,
    ...{ netEdge, expectedValue, worst, worstCaseProfit, capital, lockedDays, annualReturn },
  })
}

function refusedText(n: number, { id }: BoxPair, refused: BoxRefused, atMs: number): string {
  const { direction, margin, failed, quantity, netEdge, expectedValue, worst, annualReturn } = refused
  return textOf('refused', n, atMs, id, { direction, margin, failed, quantity, netEdge, expectedValue, worst, annualReturn })
}

/** Fields in the order of their names, whoever made them. */
export function textOf(kind: string, n: number, atMs: number, pair: string, figures: object): string {
  const ordered = (_key: string, value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value
  return `frame ${n} at ${atMs}: ${pair} ${kind} ${JSON.stringify(figures, ordered)}`
}
