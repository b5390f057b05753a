import { isOurOrderId, parseOrderId, type ClientOrderId, type TradeId } from '../../core/ids'
import type { FillKnown, JournalMark, TradeMark } from '../../ports/journal'

export type Mark = JournalMark | TradeMark
export type FinalMark = Extract<JournalMark, { readonly mark: 'final' }>
/** The marks of a trade's orders, in the order of their first one, each oldest first. */
export type OrderMarks = ReadonlyMap<ClientOrderId, readonly JournalMark[]>

const ORDER_MARKS: { readonly [M in JournalMark['mark']]: true } = {
  sending: true,
  refused: true,
  numbered: true,
  answered: true,
  final: true,
  booked: true,
}
const TRADE_MARKS: { readonly [M in TradeMark['mark']]: true } = { granted: true, closed: true }
/** After one of these it is known what became of an order. */
const HEARD: ReadonlySet<JournalMark['mark']> = new Set(['refused', 'answered', 'final', 'booked'])

export const tradeOf = (mark: Mark): TradeId => ('clientOrderId' in mark ? parseOrderId(mark.clientOrderId).tradeId : mark.tradeId)
export const isSame = (a: JournalMark, b: JournalMark): boolean => a.mark === b.mark && a.atMs === b.atMs
export const isHeard = (marks: readonly JournalMark[]): boolean => marks.some(({ mark }) => HEARD.has(mark))
export const finalOf = (marks: readonly JournalMark[]): FinalMark | null =>
  marks.findLast((mark): mark is FinalMark => mark.mark === 'final') ?? null

/** How the last final mark of an order has an execution; null: it has none. */
export function fillKnown(marks: readonly JournalMark[], executionId: string): FillKnown | null {
  const final = finalOf(marks)
  if (!final) return null
  const known = final.fills.find((fill) => fill.executionId === executionId)
  if (!known) return 'news'
  return known.fee === null ? 'without-fee' : 'told'
}

/** @throws Error naming the place when it is no mark. */
export function parseMark(line: string, place: string): Mark {
  const value = parseJson(line, place)
  const mark = value as { readonly [K in 'clientOrderId' | 'tradeId' | 'atMs' | 'mark']?: unknown } | null
  const isOrder = typeof mark?.clientOrderId === 'string' && isOurOrderId(mark.clientOrderId)
  const isTrade = typeof mark?.tradeId === 'string'
  if (!(isOrder || isTrade) || !Number.isSafeInteger(mark.atMs)) throw damaged(place)
  if (!(String(mark.mark) in (isOrder ? ORDER_MARKS : TRADE_MARKS))) throw damaged(place)
  return value as Mark
}

function parseJson(line: string, place: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw damaged(place, error)
  }
}

const damaged = (place: string, cause?: unknown): Error =>
  new Error(`${place} is not a journal mark: the file was damaged; reconcile with the venues, then move it away`, { cause })
