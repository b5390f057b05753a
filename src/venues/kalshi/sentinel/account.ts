import { getAllocation, getApiKeys, getNetting } from '../rest/account'
import { KalshiReadError, type KalshiRest } from '../rest/call'
import { attestationOf, type Attestation, type KalshiApiKey } from '../wire/answers/account'
import type { Check, InspectOptions } from './inspect'

/** Categories that a key trades only while its location is attested (kalshi.md §1.6). */
const ATTESTED = /sports|election|entertainment/i
const TRADE_SCOPES: readonly string[] = ['write', 'write::trade']
const READ_SCOPE = 'read'

type Told<T> = { readonly kind: 'told'; readonly value: T } | { readonly kind: 'untold'; readonly why: string }

/** What must be true of key and account: scopes, location, and that nobody but us moves its cash (execution.md §8). */
export async function checkAccount(
  options: InspectOptions,
  signal: AbortSignal,
): Promise<{ readonly checks: readonly Check[]; readonly attestationEndsMs: number | null }> {
  const { rest, keyId, clock, mode } = options
  const ask = async <T>(get: (rest: KalshiRest, signal: AbortSignal) => Promise<T>): Promise<Told<T>> => {
    try {
      return { kind: 'told', value: await get(rest, signal) }
    } catch (error) {
      if (!(error instanceof KalshiReadError) || !('status' in error.failure) || ![403, 404].includes(error.failure.status)) throw error
      return { kind: 'untold', why: `the venue answers ${error.failure.status} ${error.failure.code}` }
    }
  }
  const keys = await ask(getApiKeys)
  const attestation = keys.kind === 'told' ? attestationOf(keys.value, keyId, clock.nowMs()) : null
  const needed = attestation?.kind === 'expired' ? await attestedSeries(options, signal) : []
  return {
    checks: [
      scopeCheck(keys, keyId),
      ...(attestation ? [attestationCheck(attestation, needed)] : []),
      offCheck('collateral return', await ask(getNetting), (rows) => rows.some(({ isEnabled }) => isEnabled), mode),
      offCheck('target allocation', await ask(getAllocation), ({ shards }) => shards.length > 0, mode),
    ],
    attestationEndsMs: attestation && 'untilMs' in attestation ? attestation.untilMs : null,
  }
}

function scopeCheck(keys: Told<readonly KalshiApiKey[]>, keyId: string): Check {
  const check = 'key scopes'
  if (keys.kind === 'untold') return { check, verdict: 'notice', detail: `not told (${keys.why})`, remedy: '' }
  const key = keys.value.find((each) => each.keyId === keyId)
  if (!key)
    return {
      check,
      verdict: 'notice',
      detail: `Kalshi does not list API key ${keyId}`,
      remedy: 'check the key id on the account page of Kalshi',
    }
  const missing = [
    ...(key.scopes.includes(READ_SCOPE) ? [] : ['read']),
    ...(key.scopes.some((scope) => TRADE_SCOPES.includes(scope)) ? [] : ['write::trade']),
  ]
  const told = key.scopes.join(', ') || 'none'
  if (missing.length === 0) return { check, verdict: 'ok', detail: told, remedy: '' }
  return {
    check,
    verdict: 'failed',
    detail: `API key ${keyId} has ${told} and lacks ${missing.join(' and ')}`,
    remedy: 'give the key "read" and "write::trade" on the account page of Kalshi, or create another one that has them',
  }
}

function attestationCheck({ kind, sentence }: Attestation, needed: readonly string[]): Check {
  const check = 'location attestation'
  const remedy = 'attest the location again in the account settings of Kalshi'
  switch (kind) {
    case 'valid':
      return { check, verdict: 'ok', detail: sentence, remedy: '' }
    case 'unlisted':
    case 'untold':
      return { check, verdict: 'notice', detail: sentence, remedy: '' }
    case 'notice':
    case 'urgent':
      return { check, verdict: 'warning', detail: sentence, remedy }
    case 'expired':
      if (needed.length === 0) return { check, verdict: 'warning', detail: sentence, remedy }
      return {
        check,
        verdict: 'failed',
        detail: `${sentence}; configured are ${needed.join(', ')}`,
        remedy: `${remedy}, or take these series out`,
      }
  }
}

/** The configured series that need an attestation. */
async function attestedSeries({ rest, series }: InspectOptions, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of series) {
    const category = await rest.get(`/series/${encodeURIComponent(name)}`, {}, categoryOf, signal)
    if (ATTESTED.test(category)) found.push(`${name} (${category})`)
  }
  return found
}
const categoryOf = (body: unknown): string => {
  const { category } = (body as { series?: { category?: unknown } }).series ?? {}
  return typeof category === 'string' ? category : ''
}

/** With one of them on, Kalshi moves cash by itself: what the ledger reserves may be gone. Before `live` it must read back off. */
function offCheck<T>(check: string, told: Told<T>, isOn: (value: T) => boolean, mode: InspectOptions['mode']): Check {
  const isLive = mode === 'live'
  if (told.kind === 'untold')
    return {
      check,
      verdict: isLive ? 'failed' : 'notice',
      detail: `not told (${told.why})`,
      remedy: isLive
        ? `before live it must read back off: use a key that may read it, and switch ${check} off in the account settings`
        : '',
    }
  if (!isOn(told.value)) return { check, verdict: 'ok', detail: 'off', remedy: '' }
  return {
    check,
    verdict: isLive ? 'failed' : 'warning',
    detail: 'on: Kalshi moves cash that the ledger counts on',
    remedy: `switch ${check} off in the account settings of Kalshi`,
  }
}
