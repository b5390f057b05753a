import { formatMoney, money, type Millis } from '../units'
import { EVENTS, SEVERITY_OF, type Alert, type AlertName, type Severity } from './alert'
import { FAILURES } from '../failures'

/** What somebody did, as the audit has it. */
export interface Deed {
  readonly atMs: Millis
  readonly by: string
  readonly action: string
  readonly detail: Readonly<Record<string, unknown>>
}
/** A trade that has ended, or whose result has changed. */
export interface EndedTrade {
  readonly tradeId: string
  readonly subject: string
  readonly outcome: string
  /** Ways out that were taken. */
  readonly cures: number
  readonly pnlMicros: number
  readonly pnlKind: string
  readonly endedMs: Millis
}
type SeverityOf = (name: AlertName) => Severity
const OURS: SeverityOf = (name) => SEVERITY_OF[name]

/** What of the audit people are told; null: it is for the record. */
export function alertOfDeed({ atMs, by, action, detail }: Deed, severityOf: SeverityOf = OURS): Alert | null {
  const alert = (name: AlertName, subject: string, title: string, change: Partial<Alert> = {}): Alert => ({
    ...{ name, subject, severity: severityOf(name), title, detail: textOf(detail['reason']), tradeId: null, atMs, ends: false },
    ...change,
  })
  const scope = textOf(detail['scope'])
  const ofBreak = `break ${textOf(detail['id'])}`
  switch (action) {
    case 'halt':
      return alert(EVENTS.halted, scope, `${by} halts ${scope}`)
    case 'kill':
      return alert(EVENTS.halted, 'all', `${by} halts all and cancels what rests`)
    case 'resume':
      return alert(EVENTS.halted, scope, `${by} resumes ${scope}`, { ends: true })
    case 'break-open':
      return alert(FAILURES.accountBreak, ofBreak, `${textOf(detail['venue'])}: ${textOf(detail['detail'])}`, {
        detail: `crossbook breaks show ${textOf(detail['id'])}`,
      })
    case 'break-resolve':
    case 'break-close':
    case 'break-adopt':
      return alert(FAILURES.accountBreak, ofBreak, `${ofBreak} has ended`, { ends: true })
    case 'drill-ended':
      return alert(EVENTS.drillEnded, textOf(detail['drillId']), `kill drill ${textOf(detail['drillId'])}: ${textOf(detail['outcome'])}`)
    default:
      return null
  }
}

/** The end of a trade, where its outcome is one that is told; one that was cured on its way is told as that. */
export function alertOfTrade(
  { tradeId, subject, outcome, cures, pnlMicros, pnlKind, endedMs }: EndedTrade,
  told: readonly string[],
  severityOf: SeverityOf = OURS,
): Alert | null {
  if (!told.includes(outcome)) return null
  const name = cures > 0 ? EVENTS.cured : EVENTS.tradeEnded
  return {
    ...{ name, subject: tradeId, severity: severityOf(name), tradeId, atMs: endedMs, ends: false },
    title: `${subject} ended ${outcome}${cures === 0 ? '' : `, cured ${cures === 1 ? 'once' : `${cures} times`}`}`,
    detail: `P&L $${formatMoney(money(pnlMicros))} ${pnlKind}`,
  }
}

/** A feed that has told nothing for too long, or tells again. */
export const alertOfFeed = (venue: string, state: string, sinceMs: number, atMs: Millis, severityOf: SeverityOf = OURS): Alert => ({
  ...{ name: EVENTS.feedDown, subject: venue, severity: severityOf(EVENTS.feedDown), tradeId: null, atMs },
  title: state === 'connected' ? `the feed of ${venue} is up` : `the feed of ${venue} is ${state} for ${Math.round(sinceMs / 1_000)} s`,
  detail: '',
  ends: state === 'connected',
})

const textOf = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')
