import type { Evidence, Sighting, Step } from './evidence/evidence'
import type { Violation } from './checkers/violation'
import type { Struck } from './where'

interface Event {
  readonly atMs: number
  readonly where: 'struck' | 'sent' | 'arrived' | 'venue' | 'wire' | 'table' | 'workflow' | 'alarm'
  readonly what: string
}

/** What a line of a message shows: enough to know an order by. */
const LINE_CHARS = 200
/** Around a violation that belongs to no trade: the last of what happened. */
const LAST_EVENTS = 200

/** What is printed of violations: each with its seed, and how it came about where anything could be read. */
export const violationLines = (
  seed: number,
  { violations, evidence }: { readonly violations: readonly Violation[]; readonly evidence: Evidence | null },
  struck: readonly Struck[],
): readonly string[] =>
  violations.flatMap((violation) => [
    `VIOLATION of ${violation.invariant} with seed ${seed}: ${violation.detail}`,
    ...(evidence ? [timelineOf(evidence, struck, violation)] : []),
  ])

/**
 * The story of a violation's trade in the order of time, in milliseconds since its first event: faults struck meanwhile, bytes, answers, executions,
 * rows, steps and alarms. Without a trade: the end of everybody's story.
 */
export function timelineOf(evidence: Evidence, struck: readonly Struck[], violation: Violation): string {
  const { tradeId } = violation
  const own = [...bytes(evidence), ...atVenues(evidence), ...rows(evidence), ...steps(evidence), ...alarms(evidence)]
  const told = tradeId === undefined ? own : own.filter(({ trade }) => trade === null || trade.includes(tradeId))
  const [from, to] = spanOf(tradeId === undefined ? told : told.filter(({ trade }) => trade !== null), evidence)
  const events = [...told, ...struckEvents(struck)].filter(({ atMs }) => atMs >= from && atMs <= to).toSorted((a, b) => a.atMs - b.atMs)
  const shown = tradeId === undefined ? events.slice(-LAST_EVENTS) : events
  const startMs = shown[0]?.atMs ?? from
  const head = `${violation.invariant}${tradeId === undefined ? '' : ` of trade ${tradeId}`}: ${violation.detail}`
  return [head, `0 ms is ${new Date(startMs).toISOString()}`, ...shown.map((event) => line(event, startMs))].join('\n')
}

/** Some seconds on either side: what was struck before a trade began often is why. */
const MARGIN_MS = 3_000

function spanOf(events: readonly Event[], { startedMs, atMs }: Evidence): readonly [number, number] {
  if (events.length === 0) return [startedMs, atMs]
  const times = events.map((event) => event.atMs)
  return [Math.min(...times) - MARGIN_MS, Math.max(...times) + MARGIN_MS]
}

const line = ({ atMs, where, what }: Event, startMs: number): string =>
  `${String(atMs - startMs).padStart(8)} ms  ${where.padEnd(8)}  ${what}`

/** `trade`: text that names the trade it belongs to; null: everybody's. */
type Told = Event & { readonly trade: string | null }

function bytes({ sent, arrived, wire }: Evidence): readonly Told[] {
  const seen = (where: 'sent' | 'arrived', of: readonly Sighting[]): readonly Told[] =>
    of.map((order) => ({
      atMs: order.atMs,
      where,
      trade: order.tradeId,
      what: `${order.clientOrderId} ${order.sign > 0 ? '+' : '−'}${order.quantity} YES of ${order.venue} ${order.market} at ${order.yesPrice}, ${order.by}`,
    }))
  const answers = wire.flatMap(({ dir, venue, at_ms: atMs, text }): readonly Told[] =>
    dir === 'out' ? [{ atMs, where: 'wire', trade: text, what: `${venue} says ${text.slice(0, LINE_CHARS)}` }] : [],
  )
  return [...seen('sent', sent), ...seen('arrived', arrived), ...answers]
}

function atVenues({ venues }: Evidence): readonly Told[] {
  return venues.flatMap(({ fills, orders }) => [
    ...fills.map(({ atMs, clientOrderId, key, quantity, yesPrice, fee }): Told => {
      const what = `${clientOrderId ?? 'none of ours'} executed ${quantity} at ${yesPrice} (of YES), fee ${fee ?? 'untold'}: ${key}`
      return { atMs, where: 'venue', trade: clientOrderId ?? '', what }
    }),
    ...orders.flatMap(({ clientOrderId, endedMs, filled }): readonly Told[] =>
      endedMs === null ? [] : [{ atMs: endedMs, where: 'venue', trade: clientOrderId, what: `${clientOrderId} ended, filled ${filled}` }],
    ),
  ])
}

const MICROS_PER_MS = 1_000n

function rows({ tables: { trades, transfers } }: Evidence): readonly Told[] {
  return [
    ...trades.flatMap(({ tradeId, startedMs, endedMs, reservation, outcome, subject, pnlMicros }): readonly Told[] => [
      { atMs: startedMs, where: 'table', trade: tradeId, what: `trade ${tradeId} of ${subject} begins, ${reservation}` },
      ...(endedMs === null
        ? []
        : [{ atMs: endedMs, where: 'table' as const, trade: tradeId, what: `trade ends ${outcome ?? ''}, P&L ${pnlMicros} µ$` }]),
    ]),
    ...transfers.map(({ id, kind, tradeId, recorded, legs }): Told => {
      const moved = legs.map(([, account, amount]) => `${account} ${amount}`).join(', ')
      return { atMs: Number(BigInt(recorded) / MICROS_PER_MS), where: 'table', trade: tradeId ?? '', what: `${kind} ${id}: ${moved}` }
    }),
  ]
}

function steps({ workflows }: Evidence): readonly Told[] {
  return workflows.flatMap(({ workflowId, tradeId, startedMs, endedMs, status, steps: own }): readonly Told[] => {
    const trade = tradeId ?? workflowId
    return [
      { atMs: startedMs, where: 'workflow', trade, what: `${workflowId} starts` },
      ...own.map((step): Told => ({ atMs: step.atMs, where: 'workflow', trade, what: `${workflowId} ${stepText(step)}` })),
      ...(endedMs === null ? [] : [{ atMs: endedMs, where: 'workflow' as const, trade, what: `${workflowId} ${status}` }]),
    ]
  })
}

const stepText = ({ kind, name, value }: Step): string => `${name} ${kind} ${(JSON.stringify(value) ?? '').slice(0, LINE_CHARS)}`

const alarms = (evidence: Evidence): readonly Told[] =>
  evidence.alarms.map(({ atMs, process, name, detail }) => ({ atMs, where: 'alarm', trade: null, what: `${process}: ${name} ${detail}` }))

const struckEvents = (struck: readonly Struck[]): readonly Event[] =>
  struck.flatMap(({ atMs, untilMs, kind, name, at, fields }): readonly Event[] => [
    { atMs, where: 'struck', what: `${kind} ${name} (${at})${fields ? ` ${JSON.stringify(fields)}` : ''}` },
    ...(untilMs === null ? [] : [{ atMs: untilMs, where: 'struck' as const, what: `${kind} ${name} is over` }]),
  ])
