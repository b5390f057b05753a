import { assertNever } from '../../../core/assert'
import type { Money } from '../../../core/units'
import { listBreaks, showBreak, type BreakHistory, type BreakView } from '../../../operator/breaks/list'
import { assignBreak, RESOLUTIONS, resolveBreak, type PlainResolution } from '../../../operator/breaks/resolve'
import { systemClock } from '../../../wiring/clock'
import { dollars, print, printJson, table } from '../../render'
import { withConnections } from '../session'

/** The ledger answers in milliseconds, or is away. */
const LIMIT_MS = 5_000
const clock = systemClock()

/** @throws RangeError with one sentence. */
export function breakId(text: string): number {
  const id = /^[1-9]\d{0,14}$/.test(text) ? Number.parseInt(text, 10) : NaN
  if (Number.isNaN(id)) throw new RangeError(`"${text}" is not the number of a break: crossbook breaks list`)
  return id
}

export function list(all: boolean, json: boolean): Promise<void> {
  return withConnections(async ({ database }) => {
    const breaks = await listBreaks(database, all ? 'all' : 'open', clock.nowMs())
    if (json) return printJson(breaks)
    if (breaks.length === 0) return print(all ? 'no breaks on record' : 'no open breaks')
    const rows = breaks.map((each) => [
      String(each.id),
      each.venue,
      each.kind,
      age(each),
      all ? (each.resolution ?? 'open') : (each.owner ?? 'nobody'),
      each.detail,
    ])
    print(table(['break', 'venue', 'kind', 'age', all ? 'ended' : 'owner', 'what'], rows, [0]))
  })
}

export function show(idText: string, json: boolean): Promise<void> {
  return withConnections(async ({ database }) => {
    const found = await showBreak(database, breakId(idText), clock.nowMs())
    if (json) printJson(found)
    else print([...lines(found)].join('\n'))
  })
}

function* lines(found: BreakHistory): Generator<string> {
  const { id, venue, kind, detail, contracts, cashMicros, purse, owner, state, resolution, by, reason } = found
  yield `break ${id} at ${venue}: ${kind}, ${state}, ${age(found)}`
  yield detail
  yield `the venue has ${contracts} YES contracts and ${dollars(cashMicros)} more than the ledger${purse === null ? '' : ` (cash at ${purse})`}`
  yield `owner: ${owner ?? 'nobody'}`
  if (state !== 'open') yield `${state} by ${by ?? '?'} (${resolution ?? '?'}): ${reason ?? ''}`
  for (const { atMs, by: who, action, detail: what } of found.history)
    yield `${new Date(atMs).toISOString()} ${who} ${action} ${JSON.stringify(what)}`
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
function age({ ageMs }: Pick<BreakView, 'ageMs'>): string {
  if (ageMs < MINUTE_MS) return `${Math.floor(ageMs / 1_000)} s`
  return ageMs < HOUR_MS
    ? `${Math.floor(ageMs / MINUTE_MS)} min`
    : `${Math.floor(ageMs / HOUR_MS)} h ${Math.floor((ageMs % HOUR_MS) / MINUTE_MS)} min`
}

interface ResolveOptions {
  readonly reason: string
  readonly as: string
  readonly second?: string
}
export function resolve(idText: string, { reason, as: asText, second }: ResolveOptions, json: boolean): Promise<void> {
  const as = RESOLUTIONS.find((known): known is PlainResolution => known === asText)
  if (!as) throw new RangeError(`--as ${asText}: use ${RESOLUTIONS.join(', ')}`)
  return withConnections(async ({ database, config }) => {
    const word = { by: config.operator, secondBy: second ?? null, mode: config.mode, reason }
    const found = await resolveBreak(database, breakId(idText), as, word, clock.nowMs(), AbortSignal.timeout(LIMIT_MS))
    if (json) return printJson(await showBreak(database, found.id, clock.nowMs()))
    print(`break ${found.id} is resolved (${as}): ${consequenceOf(as, found.amount)}`)
  })
}

function consequenceOf(as: PlainResolution, amount: Money): string {
  switch (as) {
    case 'explained':
      return 'its difference counts as known'
    case 'suspense':
      return `${dollars(amount)} stand in suspense`
    case 'interest':
      return `${dollars(amount)} are booked as interest`
    default:
      return assertNever(as)
  }
}

export function assign(idText: string, to: string, json: boolean): Promise<void> {
  return withConnections(async ({ database, config }) => {
    const found = await assignBreak(database, breakId(idText), to, config.operator, clock.nowMs(), AbortSignal.timeout(LIMIT_MS))
    if (json) return printJson(await showBreak(database, found.id, clock.nowMs()))
    print(`break ${found.id} is the task of ${to}`)
  })
}
