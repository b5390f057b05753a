import { SEVERITY_OF, type Alert, type AlertName, type Severity } from '../../core/alerts/alert'
import type { FailureName } from '../../core/failures'
import { millis } from '../../core/units'
import { redact } from '../redact'

/** What a line of the log says that a failure is about, by the names that lines use. */
const SUBJECTS = ['tradeId', 'trade', 'order', 'venue', 'market', 'schedule', 'profile', 'pair', 'id'] as const
/** A line's fields, as a person reads them on a phone. */
const DETAIL_MAX = 1_000

/** The severity of each name: the configuration's, else ours. */
export const severityOf = (name: AlertName, changed: Readonly<Partial<Record<AlertName, Severity>>>): Severity =>
  changed[name] ?? SEVERITY_OF[name]

/** A failure that a line of the log tells, or its end, as an alert. */
export function alertOf(
  name: FailureName,
  fields: object,
  message: string,
  at: { readonly ms: number; readonly ends: boolean },
  changed: Readonly<Partial<Record<AlertName, Severity>>>,
): Alert {
  const told = redact(fields) as Readonly<Record<string, unknown>>
  const subject = SUBJECTS.map((field) => told[field]).find((value) => typeof value === 'string' || typeof value === 'number')
  const trade = told['tradeId'] ?? told['trade']
  const rest = Object.entries(told).flatMap(([field, value]) =>
    field === 'stack' ? [] : [`${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`],
  )
  return {
    name,
    subject: subject === undefined ? '' : String(subject),
    severity: severityOf(name, changed),
    title: message.startsWith(name) ? message : `${name}: ${message}`,
    detail: rest.join('\n').slice(0, DETAIL_MAX),
    tradeId: typeof trade === 'string' ? trade : null,
    atMs: millis(at.ms),
    ends: at.ends,
  }
}
