import { Refused } from '../core/refused'
import { LIMIT_NAMES, limitValue, type LimitName, type Proposal } from '../core/risk/limit-change'
import type { Limits } from '../core/risk/limits'
import type { Operator } from '../core/risk/scope'
import { limitsHistory, openProposals, readLimitsRecord } from '../stores/postgres/limits'
import type { Database } from '../stores/postgres/pool'
import { askControls, type ControlsLine } from './controls'

export { importLimits } from '../stores/postgres/limits'

/** More proposals than anybody reads at once. */
const HISTORY_LENGTH = 200

/** Contracts as decimal strings; micro-dollars, counts and milliseconds as integers. */
type LimitValue = string | number

export interface ProposalView {
  readonly id: number
  readonly version: string
  readonly base: string | null
  readonly state: Proposal['state']
  readonly by: string
  readonly role: string
  readonly atMs: number
  readonly decidedBy: string | null
  readonly decidedMs: number | null
  readonly reason: string
  readonly changes: readonly {
    readonly limit: LimitName
    readonly from: LimitValue | null
    readonly to: LimitValue
    readonly raises: boolean
  }[]
}
export interface LimitsView {
  readonly version: string
  readonly by: string
  readonly atMs: number
  readonly limits: Readonly<Partial<Record<LimitName, LimitValue>>>
  readonly open: readonly ProposalView[]
}

/** The limits in force and what waits for an answer. @throws Error before the first import */
export async function showLimits(database: Database): Promise<LimitsView> {
  const [record, open] = await Promise.all([readLimitsRecord(database), openProposals(database)])
  if (!record) throw new Refused('no limits in force: start the stack once, it imports them')
  const { limits, by, atMs } = record
  const known = LIMIT_NAMES.filter((name) => limits[name] !== undefined) // a version on record may be older than a limit
  return {
    version: limits.version,
    by,
    atMs,
    limits: Object.fromEntries(known.map((name) => [name, limitValue(name, limits[name])])),
    open: open.map(view),
  }
}

/** What was ever proposed, the newest first. */
export const showHistory = async (database: Database): Promise<readonly ProposalView[]> =>
  (await limitsHistory(database, HISTORY_LENGTH)).map(view)

/** Proposes a set of limits; one that raises nothing is in force when this returns. @throws ControlsRefused, ControlsSilent */
export const propose = async (controls: ControlsLine, limits: Limits, by: Operator): Promise<ProposalView> =>
  view(await askControls(controls, 'proposeLimits', [limits, by]))

/** @throws ControlsRefused, ControlsSilent */
export const decide = async (
  controls: ControlsLine,
  verb: 'approve' | 'reject',
  id: number,
  by: Operator,
  reason: string,
): Promise<ProposalView> => view(await askControls(controls, verb === 'approve' ? 'approveLimits' : 'rejectLimits', [{ id, by, reason }]))

const view = ({ id, limits, base, changes, state, by, atMs, decidedBy, decidedMs, reason }: Proposal): ProposalView => ({
  id,
  version: limits.version,
  base,
  state,
  by: by.name,
  role: by.role,
  atMs,
  decidedBy: decidedBy?.name ?? null,
  decidedMs,
  reason,
  changes: changes.map(({ limit, from, to, raises }) => ({
    limit,
    from: from === null ? null : limitValue(limit, from),
    to: limitValue(limit, to),
    raises,
  })),
})
