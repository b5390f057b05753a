import { FAILURES, type FailureName } from '../failures'
import type { Millis } from '../units'

export const SEVERITIES = ['info', 'warning', 'critical'] as const
/** info: to be known some time; warning: today; critical: money is at stake or nobody trades, now. */
export type Severity = (typeof SEVERITIES)[number]

/** What is told beside failures: something that somebody did, or that ended. */
export const EVENTS = {
  tradeEnded: 'trade ended',
  cured: 'trade cured',
  halted: 'halt in force',
  drillEnded: 'kill drill ended',
  feedDown: 'feed down',
  test: 'test',
} as const
export type EventName = (typeof EVENTS)[keyof typeof EVENTS]
export type AlertName = FailureName | EventName
export const ALERT_NAMES: readonly AlertName[] = [...Object.values(FAILURES), ...Object.values(EVENTS)]

/** Something that a person may want to hear of. */
export interface Alert {
  readonly name: AlertName
  /** What it is about: a trade, a venue, a market, a schedule; '' for all of it. Name and subject are what is told once. */
  readonly subject: string
  readonly severity: Severity
  /** One line. */
  readonly title: string
  readonly detail: string
  readonly tradeId: string | null
  readonly atMs: Millis
  /** true: it is over. Who heard of it hears that; nobody is told who did not. */
  readonly ends: boolean
}

export const keyOf = ({ name, subject }: Pick<Alert, 'name' | 'subject'>): string => `${name}|${subject}`

/** How bad each is, unless the configuration says otherwise. */
export const SEVERITY_OF: Readonly<Record<AlertName, Severity>> = {
  [FAILURES.ledgerUnreachable]: 'critical', // nothing opens, and after 2.5 s no cure leaves either
  [FAILURES.leaseLost]: 'warning', // a standby takes over; if none does, takeover or feeds say so
  [FAILURES.takeoverUnresolved]: 'critical', // nobody trades, and an order's fate is unknown
  [FAILURES.venueHalted]: 'critical', // cures cannot leave either
  [FAILURES.echoDiffers]: 'critical', // what was sent is not what rests
  [FAILURES.positionsDiffer]: 'warning',
  [FAILURES.duplicateOrderId]: 'critical', // bytes may have left twice
  [FAILURES.unexplainedFill]: 'critical', // an order's fate is unknown
  [FAILURES.accountBreak]: 'warning', // nothing opens there, nothing is lost by waiting
  [FAILURES.breakTooOld]: 'critical', // nobody has looked for an hour
  [FAILURES.dayDiffers]: 'warning',
  [FAILURES.replayDiffers]: 'critical', // what decides is not what was tested
  [FAILURES.replayWithoutBeginning]: 'info',
  [FAILURES.backupFailed]: 'warning',
  [FAILURES.feeDiffers]: 'warning',
  [FAILURES.feeUntold]: 'info',
  [FAILURES.payoutDiffers]: 'critical', // money came that nobody expected, or did not come
  [FAILURES.frameUnreadable]: 'warning',
  [FAILURES.recordLost]: 'warning',
  [FAILURES.orphan]: 'critical', // a trade had nobody who finishes it
  [FAILURES.ownerless]: 'warning',
  [FAILURES.lateFill]: 'warning', // a cure runs already
  [FAILURES.bug]: 'critical',
  [FAILURES.overBudget]: 'critical', // a person decides
  [FAILURES.beyondMaximum]: 'critical', // the model of losses is wrong
  [FAILURES.openTooLong]: 'critical', // a trade does not get on
  [FAILURES.seriesUnknown]: 'warning',
  [FAILURES.questionChanged]: 'warning',
  [FAILURES.rulesChanged]: 'warning', // openings there are stopped already
  [FAILURES.certificateExpired]: 'info',
  [FAILURES.drillFailed]: 'critical', // the kill switch may not work
  [FAILURES.drillSlow]: 'warning',
  [FAILURES.drillOverdue]: 'warning',
  [FAILURES.schedulePaused]: 'warning',
  [FAILURES.scheduleFails]: 'warning',
  [FAILURES.profileThrottled]: 'warning',
  [FAILURES.oddsCreditsGone]: 'warning',
  [FAILURES.oddsMissing]: 'warning',
  [EVENTS.tradeEnded]: 'info',
  [EVENTS.cured]: 'warning',
  [EVENTS.halted]: 'warning', // somebody did it, and everybody else should know
  [EVENTS.drillEnded]: 'info',
  [EVENTS.feedDown]: 'critical', // nothing opens at that venue, and its books are blind
  [EVENTS.test]: 'critical', // a test that waits for the morning tests nothing
}
