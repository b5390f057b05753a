import { redact, redactText } from '../../src/telemetry/redact'

const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----'

describe('redact', () => {
  it.each(['apiKey', 'KALSHI-ACCESS-KEY', 'client_secret', 'signature', 'sessionToken', 'password', 'privatePem'])('hides %s', (name) => {
    expect(redact({ venue: 'kalshi', [name]: 'abc123', inner: [{ [name]: { deep: 'abc123' } }] })).toEqual({
      venue: 'kalshi',
      [name]: '[redacted]',
      inner: [{ [name]: '[redacted]' }],
    })
  })

  it('hides PEM blocks inside any text, whole or cut off', () => {
    expect(redactText(`loaded ${PEM} from disk`)).toBe('loaded [redacted] from disk')
    expect(redactText(`loaded ${PEM.slice(0, 50)}`)).toBe('loaded [redacted]')
    expect(JSON.stringify(redact({ note: PEM, list: [PEM] }))).not.toContain('MIIE')
  })

  it('hides the password of a server address, in errors too', () => {
    const error = new Error('cannot reach postgres://crossbook:hunter2@127.0.0.1:5432/crossbook', { cause: new Error(PEM) })
    const text = JSON.stringify(redact({ error }))
    expect(text).toContain('postgres://crossbook:[redacted]@127.0.0.1:5432/crossbook')
    expect(text).not.toMatch(/hunter2|MIIE/)
  })

  it('hides what proves a token of the API, and leaves whose it is', () => {
    const token = `xbk_0123456789ab_${'Ab-_'.repeat(10)}xyz`
    expect(redactText(`Bearer ${token} was sent`)).toBe('Bearer xbk_0123456789ab_[redacted] was sent')
  })

  it('makes everything fit for JSON and leaves its argument alone', () => {
    const cycle: { name: string; self?: unknown } = { name: 'a' }
    cycle.self = cycle
    const fields = { n: 12n, at: new Date(0), bytes: Buffer.from('secret'), none: null, cycle }
    expect(JSON.parse(JSON.stringify(redact(fields)))).toMatchObject({
      n: '12',
      at: '1970-01-01T00:00:00.000Z',
      bytes: '[6 bytes]',
      none: null,
    })
    expect(fields.cycle.self).toBe(cycle)
  })
})
