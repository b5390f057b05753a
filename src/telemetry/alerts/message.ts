import { occasionText, type Occasion } from '../../core/alerts/route'
import { keyOf, type Alert, type AlertName, type Severity } from '../../core/alerts/alert'
import type { Millis } from '../../core/units'

/** What a channel sends. */
export interface Message {
  /** The same for a repeated sending of the same telling. */
  readonly id: string
  /** The same for everything that is told of one alert: what a pager groups by. */
  readonly key: string
  readonly occasion: Occasion
  readonly severity: Severity
  /** null: several at once, kept from quiet hours. */
  readonly name: AlertName | null
  readonly title: string
  readonly detail: string
  readonly tradeId: string | null
  readonly count: number
  readonly atMs: Millis
  /** Where the runbook says what to do; null: no address is configured. */
  readonly runbookUrl: string | null
  /** Whose system: mode and account, so that nobody mistakes a rehearsal. */
  readonly from: string
}

/** More than a pager takes is cut. */
const KEY_MAX = 255
/** By name and subject and installation: the same from whichever process it is sent, with the ledger or without. */
export const messageKey = (from: string, alert: Pick<Alert, 'name' | 'subject'>): string => `${from}: ${keyOf(alert)}`.slice(0, KEY_MAX)

/** Sends messages somewhere. */
export interface Channel {
  readonly name: string
  /** @throws Error saying why it was not taken; nothing of a secret in it */
  send(message: Message, signal: AbortSignal): Promise<void>
}

/** "CRITICAL ledger unreachable (again, 12 times): …" */
export function headline({ severity, occasion, title, count }: Message): string {
  const times = count > 1 ? `, ${count} times` : ''
  const how = occasion === 'raised' ? (count > 1 ? ` (${count} times)` : '') : ` (${occasionText(occasion)}${times})`
  return `${severity.toUpperCase()}${how}: ${title}`
}

/** The lines below it. */
export const bodyOf = ({ detail, tradeId, from, runbookUrl, atMs }: Message): readonly string[] => [
  ...(detail === '' ? [] : [detail]),
  ...(tradeId === null ? [] : [`trade ${tradeId}: crossbook trade ${tradeId}`]),
  `${from}, ${new Date(atMs).toISOString()}`,
  ...(runbookUrl === null ? [] : [runbookUrl]),
]

/** The heading of a name in the runbook, as an anchor. */
export const anchorOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
