import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { KeyScope } from '../../account-schema'
import { refuse } from '../refusal'

/** Request signing as the venue checks it (kalshi.md §1.2): base64 of a signature over timestamp + METHOD + path without query. */

export interface RegisteredKey {
  readonly keyId: string
  readonly name: string
  readonly accountId: string
  readonly publicKey: KeyObject
  readonly scopes: readonly KeyScope[]
  /** The only subaccount that it may use; null: every one. */
  readonly subaccount: number | null
  /** Until when its location is attested; null: nobody asks. */
  readonly regionExpiresMs: number | null
}

/** How far a signature's time may lie behind and ahead of the venue's clock; the venue is more patient with the future (kalshi.md §1.3). */
export interface SkewWindow {
  readonly pastMs: number
  readonly futureMs: number
}

/** RSASSA-PSS with SHA-256 takes a salt as long as its digest. */
const SALT_BYTES = 32

/** @throws Error when the text is not an SPKI public key of RSA or Ed25519. */
export function readPublicKey(pem: string): KeyObject {
  const key = createPublicKey(pem)
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ed25519') throw new Error('only RSA and Ed25519 keys are known')
  return key
}

export interface SignedRequest {
  readonly method: string
  /** From the root, without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export const isSigned = (headers: IncomingHttpHeaders): boolean => headers['kalshi-access-key'] !== undefined

/** The key that signed. @throws Refusal 401, one of the four recorded bodies. */
export function authenticate(
  request: SignedRequest,
  keys: ReadonlyMap<string, RegisteredKey>,
  nowMs: number,
  window: SkewWindow,
): RegisteredKey {
  const header = (name: string): string => {
    const value = request.headers[name]
    if (typeof value !== 'string' || value === '') throw refuse('signature_is_missing_from_headers')
    return value
  }
  const keyId = header('kalshi-access-key')
  const timestamp = header('kalshi-access-timestamp')
  const signature = header('kalshi-access-signature')
  const key = keys.get(keyId)
  if (!key) throw refuse('authentication_error', 'NOT_FOUND')
  const ageMs = /^\d+$/.test(timestamp) ? nowMs - Number.parseInt(timestamp, 10) : Infinity
  if (ageMs > window.pastMs || -ageMs > window.futureMs) throw refuse('header_timestamp_expired')
  const signed = Buffer.from(`${timestamp}${request.method}${request.path}`)
  if (!isGenuine(key.publicKey, signed, Buffer.from(signature, 'base64')))
    throw refuse('authentication_error', 'INCORRECT_API_KEY_SIGNATURE')
  return key
}

function isGenuine(key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  if (key.asymmetricKeyType === 'ed25519') return verify(null, signed, key, signature)
  return verify('sha256', signed, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_BYTES }, signature)
}
