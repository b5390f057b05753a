import { constants, generateKeyPairSync, verify, type KeyObject } from 'node:crypto'
import { millis } from '../../../src/core/units'
import type { Clock } from '../../../src/ports/clock'
import { ClockOffset } from '../../../src/venues/kalshi/offset'
import { createSigner } from '../../../src/venues/kalshi/sign'
import { clock, ed25519 } from './fakes'

const PATH = '/trade-api/v2/portfolio/events/orders'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8'): string => key.export({ type, format: 'pem' }).toString()

function signed(privateKeyPem: string): { readonly text: Buffer; readonly signature: Buffer } {
  const headers = createSigner({ keyId: 'key-1', privateKeyPem }, new ClockOffset(), clock).headers('POST', PATH)
  expect(headers['KALSHI-ACCESS-KEY']).toBe('key-1')
  return {
    text: Buffer.from(`${headers['KALSHI-ACCESS-TIMESTAMP']}POST${PATH}`),
    signature: Buffer.from(headers['KALSHI-ACCESS-SIGNATURE'] ?? '', 'base64'),
  }
}

describe('request signing (kalshi.md §1.2)', () => {
  it.each(['pkcs1', 'pkcs8'] as const)('signs with RSA-PSS, SHA-256 and a salt of 32 bytes from a %s PEM', (type) => {
    const { text, signature } = signed(pem(rsa.privateKey, type))
    const key = { key: rsa.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    expect(verify('sha256', text, key, signature)).toBe(true)
  })

  it('signs with Ed25519', () => {
    const { text, signature } = signed(pem(ed25519.privateKey, 'pkcs8'))
    expect(verify(null, text, ed25519.publicKey, signature)).toBe(true)
  })

  it('refuses a key of another kind and an unreadable one, without quoting it', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    expect(() => signed(pem(other, 'pkcs8'))).toThrow('is ec: use RSA or Ed25519')
    expect(() => signed('-----BEGIN SECRET')).toThrow(/^the private key of Kalshi key key-1 is not a readable PEM/)
  })

  it('E17 signs monotonic time plus the measured offset, whatever the wall clock does', () => {
    let wallMs = 1_000_000
    let monoNs = 0n
    const jumpy: Clock = { ...clock, nowMs: () => millis(wallMs), monoNs: () => monoNs }
    const offset = new ClockOffset()
    const signer = createSigner({ keyId: 'k', privateKeyPem: pem(ed25519.privateKey, 'pkcs8') }, offset, jumpy)
    wallMs -= 500_000
    monoNs += 2_000_000_000n
    offset.observe({ venueMs: 1_002_300, resolutionMs: 0, sentMs: 1_002_000, receivedMs: 1_002_000 })
    expect(signer.headers('GET', PATH)['KALSHI-ACCESS-TIMESTAMP']).toBe('1002300')
  })
})

describe.each([
  ['RSA', rsa, { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, 'sha256'],
  ['Ed25519', ed25519, {}, null],
] as const)('a signature made ahead with %s', (_kind, { privateKey, publicKey }, padding, digest) => {
  const offset = new ClockOffset()
  let monoNs = 0n
  const still: Clock = { ...clock, nowMs: () => millis(1_000_000), monoNs: () => monoNs }
  const signer = createSigner({ keyId: 'k', privateKeyPem: pem(privateKey, 'pkcs8') }, offset, still)
  const stamp = (headers: Readonly<Record<string, string>>): number => Number(headers['KALSHI-ACCESS-TIMESTAMP'])
  const prepared = (): Promise<void> => signer.prepare('POST', PATH)
  const isGenuine = (headers: Readonly<Record<string, string>>): boolean =>
    verify(
      digest,
      Buffer.from(`${stamp(headers)}POST${PATH}`),
      { key: publicKey, ...padding },
      Buffer.from(headers['KALSHI-ACCESS-SIGNATURE'] ?? '', 'base64'),
    )

  it('E17 is used once, for its own request, while its time stamp is fresh', async () => {
    await prepared()
    const preparedMs = stamp(signer.headers('GET', PATH))
    monoNs += 200_000_000n
    expect(stamp(signer.headers('GET', PATH))).toBe(preparedMs + 200)
    const used = signer.headers('POST', PATH)
    expect([stamp(used), isGenuine(used)]).toEqual([preparedMs, true])
    const next = signer.headers('POST', PATH)
    expect([stamp(next), isGenuine(next)]).toEqual([preparedMs + 200, true])
  })

  it.each([
    ['it is older than 200 ms', () => (monoNs += 201_000_000n)],
    [
      'the offset was measured anew',
      () => offset.observe({ venueMs: 5_000_000, resolutionMs: 0, sentMs: signer.localMs(), receivedMs: signer.localMs() }),
    ],
  ])('E17 is thrown away when %s', async (_why, change) => {
    await prepared()
    change()
    const headers = signer.headers('POST', PATH)
    expect([stamp(headers), isGenuine(headers)]).toEqual([signer.localMs() + offset.ms, true])
  })
})

describe('ClockOffset (E17)', () => {
  it('narrows whole seconds down to the round trip', () => {
    const offset = new ClockOffset()
    // the venue is 3,456 ms ahead; its Date header shows whole seconds
    for (let localMs = 0; localMs < 20_000; localMs += 730)
      offset.observe({
        venueMs: Math.floor((localMs + 3_456) / 1000) * 1000,
        resolutionMs: 1000,
        sentMs: localMs - 10,
        receivedMs: localMs + 10,
      })
    expect(Math.abs(offset.ms - 3_456)).toBeLessThanOrEqual(60)
    expect(offset.uncertaintyMs).toBeLessThan(60)
  })

  it('starts anew when a reading contradicts what it knew, and when told to forget', () => {
    const offset = new ClockOffset()
    offset.observe({ venueMs: 100, resolutionMs: 0, sentMs: 90, receivedMs: 110 })
    offset.observe({ venueMs: 50_000, resolutionMs: 0, sentMs: 190, receivedMs: 210 })
    expect(offset.ms).toBe(49_800)
    offset.forget()
    expect(offset.ms).toBe(0)
  })

  it('reads the Date header, allows for the age of a cached answer, and ignores what is neither', () => {
    const offset = new ClockOffset()
    offset.observeDate({ date: 'not a date' }, 0, 0)
    expect(offset.uncertaintyMs).toBe(Infinity)
    offset.observeDate({ date: 'Thu, 01 Jan 1970 00:00:10 GMT', age: '15' }, 20_000, 20_000)
    expect(offset.ms).toBe(6_000)
  })
})
