import fs from 'node:fs'
import path from 'node:path'
import { loginOf } from '../../../../src/core/login'
import { describe as describeTrouble, sentence, type Trouble } from '../../../../src/venues/forecastex/gateway/trouble'

const at = { host: '127.0.0.1', port: 4002 }
/** One of each kind: the type makes a missing one an error. */
const EXAMPLES: { readonly [Kind in Trouble['kind']]: Extract<Trouble, { readonly kind: Kind }> } = {
  'nothing-listens': { kind: 'nothing-listens', ...at, account: 'U1' },
  unreachable: { kind: 'unreachable', ...at, cause: 'EHOSTUNREACH' },
  'not-a-gateway': { kind: 'not-a-gateway', ...at, saw: 'HTTP/1.1 400' },
  'closed-at-once': { kind: 'closed-at-once', ...at },
  version: { kind: 'version', message: 'Unsupported Version 30' },
  'client-id-taken': { kind: 'client-id-taken', clientId: 7 },
  'login-expired': { kind: 'login-expired', ...at },
  'wrong-account': { kind: 'wrong-account', account: 'U1', managed: ['DU1'] },
  lost: { kind: 'lost', cause: 'ECONNRESET' },
  silent: { kind: 'silent', cause: 'two heartbeats were not answered' },
  unreadable: { kind: 'unreadable', cause: 'SyntaxError' },
  'port-changed': { kind: 'port-changed', message: 'new port - 4012' },
  'broker-lost': { kind: 'broker-lost', code: 1100 },
  'read-only': { kind: 'read-only' },
  'no-permission': { kind: 'no-permission', code: 460, message: 'No trading permissions.' },
  throttled: { kind: 'throttled' },
  'competing-session': { kind: 'competing-session' },
  'not-quoted': { kind: 'not-quoted', code: 354, conIds: [1, 2, 3, 4, 5, 6, 7] },
}
const ALL = Object.values(EXAMPLES)
const RUNBOOK = fs.readFileSync(path.join(__dirname, '..', '..', '..', '..', 'docs', 'runbook.md'), 'utf8')

describe('a trouble of the gateway', () => {
  it('is one sentence of its own: what was found, and what to do', () => {
    expect(new Set(ALL.map(sentence)).size).toBe(ALL.length)
    for (const trouble of ALL) {
      const { found, remedy } = describeTrouble(trouble)
      expect([trouble.kind, found !== '', remedy !== '', sentence(trouble).includes('\n')]).toEqual([trouble.kind, true, true, false])
    }
  })

  it('has a heading in the runbook', () => {
    expect(ALL.map(({ kind }) => kind).filter((kind) => !RUNBOOK.includes(`\n### ${kind}\n`))).toEqual([])
  })

  it('tells paper from live accounts, and which port the account wants', () => {
    expect([loginOf('DU1234567'), loginOf('U1234567')]).toEqual(['paper', 'live'])
    expect(sentence(EXAMPLES['nothing-listens'])).toContain('U1 is a live account, so 4001')
  })

  it('names what the gateway is logged in to', () => {
    expect(sentence({ kind: 'wrong-account', account: 'U1', managed: [] })).toContain('logged in to no account')
    expect(sentence({ kind: 'wrong-account', account: 'U1', managed: ['U2', 'U3'] })).toContain('log in as a user of that account')
    expect(sentence(EXAMPLES['wrong-account'])).toContain('connect to the live Gateway, usually port 4001')
  })

  it('names five contracts and counts the others', () => {
    expect(sentence(EXAMPLES['not-quoted'])).toContain('1, 2, 3, 4, 5 and 2 more (354)')
    expect(sentence({ kind: 'not-quoted', code: null, conIds: [9] })).toContain('no live quotes of 9 (delayed data)')
  })
})
