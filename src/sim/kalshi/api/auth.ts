import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { refuse } from '../refusal'

/** Request signing as the venue checks it (kalshi.md §1.2): base64 of a signature over timestamp + METHOD + path without query. */

export interface RegisteredKey {
  readonly accountId: string
  readonly publicKey: KeyObject
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

/** The account that signed. @throws Refusal 401, one of the four recorded bodies. */
export function authenticate(request: SignedRequest, keys: ReadonlyMap<string, RegisteredKey>, nowMs: number, maxSkewMs: number): string {
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
  if (!/^\d+$/.test(timestamp) || Math.abs(nowMs - Number.parseInt(timestamp, 10)) > maxSkewMs) throw refuse('header_timestamp_expired')
  const signed = Buffer.from(`${timestamp}${request.method}${request.path}`)
  if (!isGenuine(key.publicKey, signed, Buffer.from(signature, 'base64')))
    throw refuse('authentication_error', 'INCORRECT_API_KEY_SIGNATURE')
  return key.accountId
}

function isGenuine(key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  if (key.asymmetricKeyType === 'ed25519') return verify(null, signed, key, signature)
  return verify('sha256', signed, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_BYTES }, signature)
}
