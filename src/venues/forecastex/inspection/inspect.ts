import type { Mode } from '../../../core/trade/plan'
import type { Clock } from '../../../ports/clock'
import { withLimit } from '../../../ports/limit'
import type { ContractQuery } from '../gateway/contract-reads'
import { describe } from '../gateway/trouble'
import { checkAccount } from './account-checks'
import { checkContracts } from './contract-checks'
import { Findings, type Check, type Observation } from './findings'
import { checkWhatIf } from './order-check'
import { checkQuotes } from './quote-checks'
import { Redaction } from './redaction'
import { checkAccounts, checkClock, checkNotices, checkVersion } from './session-checks'
import { summarise, type CaptureSummary, type RawFrame } from './summary'
import { Visit, type Direction, type VisitOptions } from './visit'

/** Nothing is opened again by itself here. */
const INSPECT_AGAIN = 'inspect again; if it stays so, see the window of the gateway'

export interface InspectOptions {
  readonly host: string
  readonly port: number
  /** Of its own: never the one that trades. */
  readonly clientId: number
  readonly account: string
  readonly mode: Mode
  /** Whether the gateway is our own simulator. */
  readonly simulated: boolean
  /** The product or the contract that is looked at. */
  readonly contract: ContractQuery
  readonly messagesPerSecond: number
  /** Has the broker check an order that is not placed. */
  readonly whatIf: boolean
  /** Waits so long before the account is read, so that a capture shows what others do there meanwhile. */
  readonly watchMs: number
  /** Called when that wait begins. */
  readonly watching: () => void
  /** Ends that wait when it aborts. */
  readonly enough: AbortSignal
  readonly limits?: NonNullable<VisitOptions['limits']>
  readonly clock: Clock
  /** Hears every frame, redacted, in the turn in which it passes. */
  readonly record: (frame: RawFrame) => void
}
export interface GatewayInspection {
  readonly checks: readonly Check[]
  readonly observed: readonly Observation[]
  readonly summary: CaptureSummary
}

/**
 * Looks at a gateway, its login and the account behind it, in the order of ibkr-forecastex.md §16, over one connection. Places nothing, and repeats
 * nothing that fails. Throws only the signal's reason.
 */
export async function inspectGateway(options: InspectOptions, signal: AbortSignal): Promise<GatewayInspection> {
  const findings = new Findings()
  const redaction = new Redaction([options.account])
  const frames: RawFrame[] = []
  const payloads: (readonly unknown[])[] = []
  const tokens = (dir: Direction, raw: readonly unknown[]): void => {
    const frame = { dir, tokens: redaction.frame(raw) }
    frames.push(frame)
    options.record(frame)
  }
  const visit = new Visit({ ...options, tokens })
  visit.listen(({ payload }) => payloads.push(payload))
  try {
    await inspect(visit, options, findings, signal)
  } finally {
    visit.close()
  }
  return { checks: findings.checks, observed: findings.observed, summary: summarise(frames, payloads) }
}

async function inspect(visit: Visit, options: InspectOptions, findings: Findings, signal: AbortSignal): Promise<void> {
  const { host, port, account, mode, simulated, clientId, clock } = options
  const trouble = await visit.open(signal)
  if (trouble?.kind === 'lost') return findings.failed('connection', `it was lost (${trouble.cause})`, INSPECT_AGAIN)
  if (trouble) return findings.trouble(trouble.kind === 'client-id-taken' ? 'client id' : 'connection', trouble)
  findings.ok('connection', `${host}:${port}`)
  findings.ok('client id', `${clientId}, beside the one that trades`)
  checkVersion(visit, findings)
  checkAccounts(visit, account, mode, simulated, findings)
  await checkClock(visit, clock, findings, signal)
  const question = await checkContracts(visit, options.contract, clock.nowMs(), findings, signal)
  if (question) await checkQuotes(visit, question, findings, signal)
  if (options.watchMs > 0 && !visit.over) {
    options.watching()
    await withLimit([signal, options.enough], null, (over) => clock.sleep(options.watchMs, over)).catch(() => undefined)
    signal.throwIfAborted()
  }
  await checkAccount(visit, account, clientId, findings, signal)
  if (question && options.whatIf) await checkWhatIf(visit, account, question.yes.conId, findings, signal)
  else findings.notice('what-if order', 'not asked: --what-if has the broker check an order that is not placed')
  findings.notice(
    'message rate',
    `${options.messagesPerSecond} a second by configuration; the gateway tells none`,
    'forecastex.messages_per_second is half of the account’s market data lines: 50 with the usual 100',
  )
  finish(visit, findings)
}

/** What can be said only at the end. */
function finish(visit: Visit, findings: Findings): void {
  checkNotices(visit, findings)
  const { unreadable } = visit
  if (unreadable.length === 0) findings.ok('callbacks', 'all that were heard could be read')
  else
    findings.failed(
      'callbacks',
      `${unreadable.length} could not be read: ${unreadable[0]}`,
      'run it again with --capture and keep the file',
    )
  if (visit.over) findings.failed('session', `it ended during the inspection: ${describe(visit.over).found}`, INSPECT_AGAIN)
}
