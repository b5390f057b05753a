import type { Mode } from '../../../core/trade/plan'
import type { Clock } from '../../../ports/clock'
import { KalshiReadError, type KalshiRest } from '../rest/call'
import type { Signer } from '../sign'
import { remedyOf } from '../wire/answers/remedies'
import { checkAccount } from './account'
import { EXPECTED, type ExpectedAnswer } from './expected'
import { driftOf, type Drift } from './shape'

/** Signatures stand ten seconds of error for certain (kalshi.md §1.3); beyond two the clock of this machine needs somebody's hand. */
const CLOCK_LIMIT_MS = 2_000

/** What one check came to. 'failed' forbids openings, 'warning' will, 'notice' is to be known. */
export interface Check {
  readonly check: string
  readonly verdict: 'ok' | 'notice' | 'warning' | 'failed'
  readonly detail: string
  /** What to do; empty when nothing. */
  readonly remedy: string
}
export interface InspectOptions {
  readonly rest: KalshiRest
  readonly signer: Signer
  readonly keyId: string
  /** The configured series; answers about markets are compared for the first of them. */
  readonly series: readonly string[]
  readonly mode: Mode
  readonly clock: Clock
}
export interface InspectionReport {
  readonly checks: readonly Check[]
  /** Until the key may no longer trade every category; null: not told. */
  readonly attestationEndsMs: number | null
  /** The venue's clock minus ours, without what signing corrects. */
  readonly clockOffsetMs: number
}

/** The names that stand for what the first listed market is. */
interface Sample {
  series: string
  event: string
  market: string
}

/**
 * Compares live answers with what the code expects, field by field, and asks the account what must be true of it before anything is traded.
 * Reads only. @throws KalshiReadError when the venue does not answer at all: nothing is known then
 */
export async function inspectKalshi(options: InspectOptions, signal: AbortSignal): Promise<InspectionReport> {
  const { signer, clock } = options
  const checks: Check[] = []
  const sample: Sample = { series: options.series[0] ?? '', event: '', market: '' }
  for (const answer of EXPECTED) {
    const check = await inspectAnswer(options.rest, answer, sample, signal)
    checks.push(check)
    if (check.check === KEY_CHECK) return { checks, attestationEndsMs: null, clockOffsetMs: 0 } // every further answer would be the same
  }
  const account = await checkAccount(options, signal)
  const wallOffsetMs = signer.localMs() + signer.offset.ms - clock.nowMs()
  return {
    checks: [...checks, ...account.checks, clockCheck(wallOffsetMs)],
    attestationEndsMs: account.attestationEndsMs,
    clockOffsetMs: wallOffsetMs,
  }
}

const KEY_CHECK = 'API key'
const NOT_FOUND = 404
const READABLE = 'as expected'

async function inspectAnswer(
  rest: KalshiRest,
  { path, query = {}, expected }: ExpectedAnswer,
  sample: Sample,
  signal: AbortSignal,
): Promise<Check> {
  const named = (text: string, as: (name: string) => string): string =>
    text.replace(/\{(series|event|market)\}/g, (_all, name: keyof Sample) => as(sample[name]))
  const check = `GET ${path}`
  if (/\{(event|market)\}/.test(path + Object.values(query).join()) && sample.market === '')
    return { check, verdict: 'notice', detail: `not compared: the series ${sample.series} lists no market`, remedy: '' }
  const asIs = (name: string): string => name
  const asked = Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? named(value, asIs) : value]),
  )
  try {
    const body = await rest.get(named(path, encodeURIComponent), asked, (answer) => answer, signal)
    if (path === '/markets') Object.assign(sample, firstMarket(body))
    return checkOf(check, driftOf(expected, body))
  } catch (error) {
    return refusal(check, error)
  }
}

/** An answer that says no; silence is passed on. @throws what is no answer of the venue */
function refusal(check: string, error: unknown): Check {
  if (!(error instanceof KalshiReadError) || !('code' in error.failure)) throw error
  const { failure } = error
  const remedy = remedyOf(failure)
  if (remedy !== null) return { check: KEY_CHECK, verdict: 'failed', detail: `${check}: ${failure.code} ${failure.detail}`.trim(), remedy }
  if (failure.kind === 'retryable' || failure.kind === 'unknown') throw error
  if (failure.status === NOT_FOUND && check.includes('{'))
    return {
      check,
      verdict: 'warning',
      detail: 'the venue does not know what was asked for',
      remedy: 'correct kalshi.series in venues.yaml',
    }
  return {
    check,
    verdict: 'failed',
    detail: `the venue refuses it: ${failure.code} ${failure.detail}`.trim(),
    remedy: 'the endpoint has moved or wants other parameters: see the API changelog of Kalshi; nothing opens until Crossbook follows',
  }
}

/** What the drift of one answer comes to: money first. */
export function checkOf(check: string, drifts: readonly Drift[]): Check {
  const [fatal, harmless] = [drifts.filter(isFatal), drifts.filter((drift) => !isFatal(drift))]
  if (fatal.length > 0)
    return {
      check,
      verdict: 'failed',
      detail: fatal.map(sentenceOf).join('; '),
      remedy: 'money depends on this field: nothing opens until Crossbook reads what the venue sends now; see the API changelog of Kalshi',
    }
  if (harmless.length === 0) return { check, verdict: 'ok', detail: READABLE, remedy: '' }
  return {
    check,
    verdict: 'notice',
    detail: harmless.map(sentenceOf).join('; '),
    remedy: 'nothing depends on it: look whether it is worth reading',
  }
}

const isFatal = ({ money, cause }: Drift): boolean => money && (cause === 'missing' || cause === 'retyped')

function sentenceOf({ field, cause, found, expected }: Drift): string {
  switch (cause) {
    case 'missing':
      return `${field} is missing, expected ${expected}`
    case 'retyped':
      return `${field} is ${found}, expected ${expected}`
    case 'new-field':
      return `${field} is new`
    case 'new-word':
      return `${field} says ${found}, a new word beside ${expected}`
  }
}

function clockCheck(offsetMs: number): Check {
  const seconds = `${Math.abs(offsetMs / 1_000)} s ${offsetMs > 0 ? 'behind' : 'ahead of'} Kalshi's`
  if (Math.abs(offsetMs) <= CLOCK_LIMIT_MS) return { check: 'clock', verdict: 'ok', detail: `${offsetMs} ms off`, remedy: '' }
  return {
    check: 'clock',
    verdict: 'warning',
    detail: `the clock of this machine is ${seconds}; requests are signed with the venue's time`,
    remedy: 'synchronise the clock (NTP): closures, closing times and the age of books are judged by it',
  }
}

function firstMarket(body: unknown): Partial<Sample> {
  const [first] = (body as { markets?: readonly { ticker?: unknown; event_ticker?: unknown }[] }).markets ?? []
  if (typeof first?.ticker !== 'string' || typeof first.event_ticker !== 'string') return {}
  return { market: first.ticker, event: first.event_ticker }
}
