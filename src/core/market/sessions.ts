import { millis, type Millis } from '../units'
import { FOR_GOOD, type Closure } from './calendar'

/** A time in which a market trades. */
export interface Session {
  readonly fromMs: Millis
  /** Exclusive. */
  readonly untilMs: Millis
}

/** When a market trades, as its venue tells it. */
export type TradingHours =
  /** Sessions in order, apart from each other; told for the time between `fromMs` and `untilMs`, and for no other. */
  | { readonly kind: 'told'; readonly fromMs: Millis; readonly untilMs: Millis; readonly sessions: readonly Session[] }
  /** The venue told something else, or nothing: `text`. Nothing opens there. */
  | { readonly kind: 'unreadable'; readonly text: string }

/** The times between `fromMs` and `untilMs` in which a market does not trade, or is not told to, whole (E28). `what`: how the operator knows them. */
export function closuresOfHours(what: string, hours: TradingHours, fromMs: Millis, untilMs: Millis): readonly Closure[] {
  if (hours.kind === 'unreadable') return [{ what: `${what} (unreadable)`, fromMs: millis(0), untilMs: FOR_GOOD }]
  const untold = `${what} (not told)`
  const closures = [
    { what: untold, fromMs: millis(0), untilMs: hours.fromMs },
    ...gapsOf(hours).map((gap) => ({ what, ...gap })),
    { what: untold, fromMs: hours.untilMs, untilMs: FOR_GOOD },
  ]
  return closures.filter((each) => each.fromMs < untilMs && each.untilMs > fromMs)
}

/** The closed times within the hours that are told. */
function gapsOf({ fromMs, untilMs, sessions }: Extract<TradingHours, { kind: 'told' }>): readonly Session[] {
  const gaps: Session[] = []
  let openUntilMs = fromMs
  for (const session of sessions) {
    if (session.fromMs > openUntilMs) gaps.push({ fromMs: openUntilMs, untilMs: session.fromMs })
    openUntilMs = session.untilMs
  }
  return openUntilMs < untilMs ? [...gaps, { fromMs: openUntilMs, untilMs }] : gaps
}

/** Sessions in order, those that touch or overlap as one. */
export function joined(sessions: readonly Session[]): readonly Session[] {
  const all: Session[] = []
  for (const next of sessions.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = all.at(-1)
    if (!last || next.fromMs > last.untilMs) all.push(next)
    else all[all.length - 1] = { fromMs: last.fromMs, untilMs: millis(Math.max(last.untilMs, next.untilMs)) }
  }
  return all
}

/** Whether the venue has changed its hours, and not merely told a later stretch of them: the times that both tell differ. */
export function hoursDiffer(before: TradingHours, after: TradingHours): boolean {
  if (before.kind !== 'told' || after.kind !== 'told') return before.kind !== after.kind
  const fromMs = millis(Math.max(before.fromMs, after.fromMs))
  const untilMs = millis(Math.min(before.untilMs, after.untilMs))
  const within = (hours: typeof before): string =>
    JSON.stringify(
      gapsOf(hours)
        .map((gap) => [Math.max(gap.fromMs, fromMs), Math.min(gap.untilMs, untilMs)] as const)
        .filter(([from, until]) => from < until),
    )
  return fromMs < untilMs && within(before) !== within(after)
}

/** Whether a market trades now by its hours. `untilMs`: when that changes, as far as it is told. */
export function stateOf(
  hours: TradingHours,
  nowMs: Millis,
): { readonly state: 'open' | 'closed' | 'unknown'; readonly untilMs: Millis | null } {
  if (hours.kind === 'unreadable' || nowMs < hours.fromMs || nowMs >= hours.untilMs) return { state: 'unknown', untilMs: null }
  const running = hours.sessions.find(({ fromMs, untilMs }) => nowMs >= fromMs && nowMs < untilMs)
  if (running) return { state: 'open', untilMs: running.untilMs }
  return { state: 'closed', untilMs: hours.sessions.find(({ fromMs }) => fromMs > nowMs)?.fromMs ?? null }
}
