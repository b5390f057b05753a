import type { Token } from './protocol/frames'
import { REQUEST } from './protocol/requests'
import type { Session } from './session'

type Frame = readonly Token[]

/** What becomes of order reports while the line is lost: they come all the same, come when it is back, or only a read shows them. */
export const LOST_REPORTS = ['sent', 'withheld', 'on_request'] as const
export type LostReports = (typeof LOST_REPORTS)[number]

/** A request that waits until IBKR can answer it. */
export interface HeldRequest {
  readonly session: Session
  readonly tokens: readonly string[]
}

/** What the gateway answers by itself. */
const OWN: ReadonlySet<number> = new Set([
  ...[REQUEST.currentTime, REQUEST.managedAccounts, REQUEST.ids, REQUEST.serverLogLevel, REQUEST.autoOpenOrders, REQUEST.marketDataType],
  ...[REQUEST.cancelMarketData, REQUEST.cancelMarketDepth, REQUEST.cancelAccountSummary, REQUEST.cancelPositions],
])

/** The gateway's line to IBKR, between notices 1100 and 1101 or 1102 (§6): clients stay connected, but nobody is behind the gateway. */
export class Link {
  #lost: LostReports | null = null
  #held: HeldRequest[] = []
  /** By client, who may be another connection when the line is back. */
  #withheld: { readonly clientId: number; readonly frame: Frame }[] = []

  get isLost(): boolean {
    return this.#lost !== null
  }

  lose(reports: LostReports): void {
    this.#lost = reports
  }

  /** Whether a request has to wait; it is kept until the line is back. */
  holds(session: Session, tokens: readonly string[]): boolean {
    if (this.#lost === null || OWN.has(Number(tokens[0]))) return false
    this.#held.push({ session, tokens })
    return true
  }

  /** Whether a report may go out now. */
  passes(session: Session, frame: Frame): boolean {
    if (this.#lost === null || this.#lost === 'sent') return true
    if (this.#lost === 'withheld') this.#withheld.push({ clientId: session.clientId, frame })
    return false
  }

  /** @returns what waited for the line, in its order. */
  restore(): {
    readonly requests: readonly HeldRequest[]
    readonly reports: readonly { readonly clientId: number; readonly frame: Frame }[]
  } {
    this.#lost = null
    return { requests: this.#held.splice(0), reports: this.#withheld.splice(0) }
  }
}
