import { constants, createPrivateKey, sign, type KeyObject, type SignKeyObjectInput } from 'node:crypto'
import type { Clock } from '../../ports/clock'
import type { HttpMethod } from '../http'
import type { ClockOffset } from './offset'

const NS_PER_MS = 1_000_000n
/** A signature made ahead is used while its time stamp is this near to the present: 50 times less than the venue surely takes (kalshi.md §1.3). */
const FRESH_MS = 200
/** Signatures made ahead that wait at once: more trades do not begin within {@link FRESH_MS}. */
const AHEAD_MAX = 8

/** `privateKeyPem` is PKCS#1 or PKCS#8, RSA or Ed25519: the venue chooses the algorithm by the registered public key, we by this one. */
export interface KalshiKey {
  readonly keyId: string
  readonly privateKeyPem: string
}
export interface Signer {
  /** @param path full path from the root, without host and query (kalshi.md §1.2) */
  headers(method: HttpMethod, path: string): Readonly<Record<string, string>>
  /**
   * A request of this kind follows in some milliseconds: its signature is made in another thread meanwhile, so that the request does not wait for it (0.3 ms
   * with RSA, 0.03 ms with Ed25519). Each is used once, and within 200 ms. Nobody need wait for the promise, which never rejects.
   */
  prepare(method: HttpMethod, path: string): Promise<void>
  /** Local time that never jumps: the wall clock at the start plus monotonic time since. */
  localMs(): number
  readonly offset: ClockOffset
}

/**
 * E17: signs with monotonic time plus the measured offset, so that a step of the wall clock cannot make every order stale.
 * @throws Error when the PEM is unreadable or neither RSA nor Ed25519
 */
export function createSigner(key: KalshiKey, offset: ClockOffset, clock: Clock): Signer {
  return new KeySigner(key, offset, clock)
}

interface Ahead {
  readonly venueMs: number
  readonly signature: string
}

class KeySigner implements Signer {
  readonly offset: ClockOffset
  readonly #keyId: string
  /** null: the algorithm has its own (Ed25519). */
  readonly #digest: 'sha256' | null
  readonly #with: KeyObject | SignKeyObjectInput
  readonly #clock: Clock
  readonly #startMs: number
  readonly #startNs: bigint
  readonly #ahead = new Map<string, Ahead[]>()

  constructor(key: KalshiKey, offset: ClockOffset, clock: Clock) {
    this.#keyId = key.keyId
    const privateKey = readKey(key)
    const isRsa = privateKey.asymmetricKeyType === 'rsa'
    this.#digest = isRsa ? 'sha256' : null
    this.#with = isRsa ? pss(privateKey) : privateKey
    this.offset = offset
    this.#clock = clock
    this.#startMs = clock.nowMs()
    this.#startNs = clock.monoNs()
  }

  localMs(): number {
    return this.#startMs + Number((this.#clock.monoNs() - this.#startNs) / NS_PER_MS)
  }

  headers(method: HttpMethod, path: string): Readonly<Record<string, string>> {
    const request = `${method}${path}`
    const { venueMs, signature } = this.#fresh(request) ?? this.#sign(request)
    return { 'KALSHI-ACCESS-KEY': this.#keyId, 'KALSHI-ACCESS-TIMESTAMP': String(venueMs), 'KALSHI-ACCESS-SIGNATURE': signature }
  }

  prepare(method: HttpMethod, path: string): Promise<void> {
    const request = `${method}${path}`
    const venueMs = this.#venueMs()
    return new Promise((resolve) => {
      sign(this.#digest, message(venueMs, request), this.#with, (error, signature) => {
        // an error is told by `headers`, which then signs itself
        if (!error) this.#keep(request, { venueMs, signature: signature.toString('base64') })
        resolve()
      })
    })
  }

  #keep(request: string, ahead: Ahead): void {
    this.#ahead.set(request, [...(this.#ahead.get(request) ?? []).slice(1 - AHEAD_MAX), ahead])
  }

  /** The youngest one, if its time is still the venue's as we know it now: the offset may have been measured anew. */
  #fresh(request: string): Ahead | null {
    const ahead = this.#ahead.get(request)?.pop()
    return ahead && Math.abs(this.#venueMs() - ahead.venueMs) <= FRESH_MS ? ahead : null
  }

  #sign(request: string): Ahead {
    const venueMs = this.#venueMs()
    return { venueMs, signature: sign(this.#digest, message(venueMs, request), this.#with).toString('base64') }
  }

  #venueMs(): number {
    return this.localMs() + this.offset.ms
  }
}

const message = (venueMs: number, request: string): Buffer => Buffer.from(`${venueMs}${request}`)
const pss = (key: KeyObject): SignKeyObjectInput => ({
  key,
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
})

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
