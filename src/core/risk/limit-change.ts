import { assertNever } from '../assert'
import type { Mode } from '../trade/plan'
import { isSecondPerson } from '../trade/verdict'
import { formatMoney, formatQuantity, type Millis, type Money, type Quantity } from '../units'
import type { Limits } from './limits'
import type { Operator } from './scope'

export type LimitName = Exclude<keyof Limits, 'version'>

interface LimitKind {
  readonly unit: 'dollars' | 'contracts' | 'count' | 'bps' | 'ms'
  /** Which way it lets more through: a limit moved that way is raised, whatever its figure does. */
  readonly looser: 'higher' | 'lower'
}
const most = (unit: LimitKind['unit']): LimitKind => ({ unit, looser: 'higher' })
const least = (unit: LimitKind['unit']): LimitKind => ({ unit, looser: 'lower' })

const KINDS: Readonly<Record<LimitName, LimitKind>> = {
  maxContractsPerTrade: most('contracts'),
  firstContracts: most('contracts'),
  firstCleanTrades: least('count'),
  nextContracts: most('contracts'),
  nextCleanTrades: least('count'),
  maxPremiumPerTrade: most('dollars'),
  maxContractsPerMarket: most('contracts'),
  maxContractsPerEvent: most('contracts'),
  maxContractsPerDay: most('contracts'),
  maxOpeningsPerMinute: most('count'),
  minOpeningGapMs: least('ms'),
  maxOpeningsPerDay: most('count'),
  maxOpenTrades: most('count'),
  maxDailyLoss: most('dollars'),
  maxWeeklyLoss: most('dollars'),
  maxConsecutiveLosses: most('count'),
  breakerCoolDownMs: least('ms'),
  lossBudgetPerTrade: most('dollars'),
  maxUnpairedPremium: most('dollars'),
  maxUnpairedPremiumTotal: most('dollars'),
  maxUnpairedAgeMs: most('ms'),
  maxUnpairedFirstLegs: most('count'),
  moreFirstLegsCleanTrades: least('count'),
  maxDustPerMarket: most('contracts'),
  minCashPerVenue: least('dollars'),
  coolDownMs: least('ms'),
  minNetEdgePerContract: least('dollars'),
  minExpectedValue: least('dollars'),
  edgeMinPrice: least('dollars'),
  edgeMaxPrice: most('dollars'),
  maxSportShareBps: most('bps'),
  entryLifeMs: most('ms'),
  closeMarginMs: least('ms'),
}
export const LIMIT_NAMES = Object.keys(KINDS) as readonly LimitName[]

export interface LimitChange {
  readonly limit: LimitName
  /** Micro-dollars, hundredths of a contract, a count or milliseconds. null: not limited so far. */
  readonly from: number | null
  readonly to: number
  /** More may be at stake than before; a limit that was not there is counted so too, to be on the safe side. */
  readonly raises: boolean
}

/** What differs, in the order in which limits are listed. `from` null: no limits were in force. */
export function limitChanges(from: Limits | null, to: Limits): readonly LimitChange[] {
  return LIMIT_NAMES.flatMap((limit) => {
    const before = (from?.[limit] as number | undefined) ?? null // an older version may lack a limit that came later
    const after: number = to[limit]
    if (before === after) return []
    const raises = before === null || (KINDS[limit].looser === 'higher' ? after > before : after < before)
    return [{ limit, from: before, to: after, raises }]
  })
}

/** In JSON: contracts as a decimal string; micro-dollars, counts and milliseconds as integers. */
export const limitValue = (limit: LimitName, value: number): string | number =>
  KINDS[limit].unit === 'contracts' ? formatQuantity(value as Quantity) : value

/** A limit as a person writes it: "$500.00", "12.50", "60", "5000 ms". */
export function formatLimit(limit: LimitName, value: number): string {
  const { unit } = KINDS[limit]
  switch (unit) {
    case 'dollars':
      return `$${formatMoney(value as Money)}`
    case 'contracts':
      return formatQuantity(value as Quantity)
    case 'count':
      return String(value)
    case 'bps':
    case 'ms':
      return `${value} ${unit}`
    default:
      return assertNever(unit, 'unit of a limit')
  }
}

/** A set of limits that somebody asked for. Postgres keeps it; `controls` collects the answer. */
export interface Proposal {
  readonly id: number
  readonly limits: Limits
  /** The version in force when it was proposed: approved only while that still is (null: none was). */
  readonly base: string | null
  readonly changes: readonly LimitChange[]
  /** `applied`: in force since `decidedMs`, or replaced since then. */
  readonly state: 'open' | 'applied' | 'rejected'
  readonly by: Operator
  readonly atMs: Millis
  readonly decidedBy: Operator | null
  readonly decidedMs: Millis | null
  readonly reason: string
}

export const raisesAny = (changes: readonly LimitChange[]): boolean => changes.some(({ raises }) => raises)

/** Why this person may give no commands at all, or null. */
export const commandRefusal = ({ name, role }: Operator): string | null =>
  role === 'viewer' ? `${name} is a viewer: commands need the role operator or approver` : null

/** Why this person may not order what touches money of an account alone, or null: any command's reasons, and in mode `live` no second person. */
export function loneOrderRefusal(by: Operator, secondBy: string | null, mode: Mode): string | null {
  const refusal = commandRefusal(by)
  if (refusal !== null) return refusal
  const isNamed = secondBy !== null && secondBy.trim() !== ''
  if (isNamed && !isSecondPerson(secondBy, by.name)) return `${by.name} is the first person: --second names another one`
  return mode === 'live' && !isNamed ? 'in mode live this needs a second person: name him with --second' : null
}

/** Why this person may not put this proposal in force, or null. Where real money moves a second person must agree, one whose role it is. */
export function approvalRefusal(proposal: Pick<Proposal, 'id' | 'by'>, by: Operator, mode: Mode): string | null {
  const refusal = commandRefusal(by)
  if (refusal !== null || mode !== 'live') return refusal
  if (by.role !== 'approver') return `${by.name} has the role ${by.role}: in mode live limits are raised by an approver`
  return !isSecondPerson(by.name, proposal.by.name) ? `${by.name} proposed ${proposal.id}: in mode live a second person approves` : null
}
