import type { KeyScope } from '../../account-schema'
import type { Floor } from '../floor'
import { marketOf } from '../floor'
import { refuse } from '../refusal'
import type { RegisteredKey } from './auth'

/** What a key may do (kalshi.md §1.6): scopes, one subaccount, and categories that need an attested location. Refusals are 403. */

/** Any one of these lets a call through; a broad scope includes the narrower ones below it. */
export type Access = readonly KeyScope[]

export const READ: Access = ['read']
export const READ_BALANCE: Access = ['read', 'read::portfolio_balance']
export const TRADE: Access = ['write', 'write::trade']
export const TRANSFER: Access = ['write', 'write::transfer']

/** Where a lapsed attestation stops trading. */
const ATTESTED_CATEGORIES = new Set(['Sports', 'Elections', 'Entertainment'])

/** @throws Refusal 403. */
export function checkScope(key: RegisteredKey, access: Access): void {
  if (!access.some((scope) => key.scopes.includes(scope))) throw refuse('permission_denied', `the key lacks the scope ${access[0]}`)
}

/**
 * The subaccount that a call works on: the one it names, else its endpoint's default, else (null) all of them.
 * @throws Refusal 403 when the key is restricted to another one.
 */
export function subaccountFor(key: RegisteredKey | null, named: number | null, preset: number | null): number | null {
  const wanted = named ?? preset
  if (key?.subaccount === undefined || key.subaccount === null) return wanted
  if (wanted !== null && wanted !== key.subaccount)
    throw refuse('permission_denied', `the key is restricted to subaccount ${key.subaccount}`)
  return key.subaccount
}

/** Calls about the whole account are not for a restricted key. @throws Refusal 403. */
export function checkWholeAccount(key: RegisteredKey | null): void {
  if (key !== null && key.subaccount !== null) throw refuse('permission_denied', `the key is restricted to subaccount ${key.subaccount}`)
}

/** @throws Refusal 403 when the location of the key is no longer attested and the market's category asks for it. */
export function checkRegion(floor: Floor, key: RegisteredKey | null, ticker: string): void {
  const expiresMs = key?.regionExpiresMs ?? null
  if (expiresMs === null || expiresMs > floor.clock.nowMs()) return
  const event = floor.tables.get('event', marketOf(floor, ticker).eventTicker)
  const series = floor.section.series.find((each) => each.ticker === event?.definition.series_ticker)
  if (ATTESTED_CATEGORIES.has(series?.category ?? '')) throw refuse('region_attestation_expired', `category ${series?.category}`)
}
