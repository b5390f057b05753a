import { constants, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import type { Clock } from '../../ports/clock'
import type { HttpMethod } from '../http'
import type { ClockOffset } from './offset'

const NS_PER_MS = 1_000_000n

/** `privateKeyPem` is PKCS#1 or PKCS#8, RSA or Ed25519: the venue chooses the algorithm by the registered public key, we by this one. */
export interface KalshiKey {
  readonly keyId: string
  readonly privateKeyPem: string
}
export interface Signer {
  /** @param path full path from the root, without host and query (kalshi.md §1.2) */
  headers(method: HttpMethod, path: string): Readonly<Record<string, string>>
  /** Local time that never jumps: the wall clock at the start plus monotonic time since. */
  localMs(): number
  readonly offset: ClockOffset
}

/**
 * E17: signs with monotonic time plus the measured offset, so that a step of the wall clock cannot make every order stale.
 * @throws Error when the PEM is unreadable or neither RSA nor Ed25519
 */
export function createSigner(key: KalshiKey, offset: ClockOffset, clock: Clock): Signer {
  const privateKey = readKey(key)
  const startMs = clock.nowMs()
  const startNs = clock.monoNs()
  const localMs = (): number => startMs + Number((clock.monoNs() - startNs) / NS_PER_MS)
  return {
    localMs,
    offset,
    headers: (method, path) => {
      const timestamp = String(localMs() + offset.ms)
      return {
        'KALSHI-ACCESS-KEY': key.keyId,
        'KALSHI-ACCESS-TIMESTAMP': timestamp,
        'KALSHI-ACCESS-SIGNATURE': signature(privateKey, `${timestamp}${method}${path}`),
      }
    },
  }
}

function readKey({ keyId, privateKeyPem }: KalshiKey): KeyObject {
  let privateKey: KeyObject
  try {
    privateKey = createPrivateKey(privateKeyPem)
  } catch {
    // the cause may quote the PEM: it is left out on purpose
    throw new Error(`the private key of Kalshi key ${keyId} is not a readable PEM: give the PKCS#1 or PKCS#8 file as downloaded`)
  }
  const type = privateKey.asymmetricKeyType
  if (type !== 'rsa' && type !== 'ed25519') throw new Error(`the private key of Kalshi key ${keyId} is ${type}: use RSA or Ed25519`)
  return privateKey
}

function signature(privateKey: KeyObject, text: string): string {
  const message = Buffer.from(text)
  if (privateKey.asymmetricKeyType === 'ed25519') return sign(null, message, privateKey).toString('base64')
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return sign('sha256', message, { key: privateKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }).toString('base64')
}
