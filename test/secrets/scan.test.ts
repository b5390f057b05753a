import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { trackedFiles, readText } from '../tidy/text'
import { ROOT } from '../tidy/source'
import { leaksIn } from './scan'

/** What looks like a secret and is none, with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {}
/** What was added lately: what was committed and taken out again is public all the same. Older commits were scanned when they were new. */
const COMMITS = 200
const DIFF_MAX_BYTES = 256 * 1024 * 1024

/** Random to whoever looks, and the same in each run. */
const hex = createHash('sha256').update('planted').digest('hex')
const random = (bytes: number): string => Buffer.from(hex, 'hex').subarray(0, bytes).toString('base64url')
const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

describe('a scan for secrets (B17)', () => {
  it.each([
    ['a private key', () => key],
    ['a private key', () => rsa],
    ['a private key', () => JSON.stringify({ key: rsa })],
    ['a token of our API', () => `curl -H 'Authorization: Bearer xbk_${hex.slice(0, 12)}_${random(32)}'`],
    ['a key of AWS', () => `AKIA${'ABCDEFGH23456789'}`],
    ['a webhook of Slack', () => `https://hooks.slack.com/services/T0ABCDEFG/B0ABCDEFG/${random(24).replace(/\W/g, 'x')}`],
    ['a token of a Telegram bot', () => `12345678:AA${random(25).slice(0, 33).replace(/^-/, 'a')}`],
    ['a password in an address', () => `postgres://crossbook:${hex.slice(0, 32)}@db.example.org/x`],
    ['a value that looks random under the name of a secret', () => `const ODDS_API_KEY = '${hex.slice(0, 32)}'`],
    ['a value that looks random under the name of a secret', () => `{"client_secret": "${random(32)}"}`],
  ])('finds %s', (what, planted) => {
    const text = planted()
    expect({ text, found: leaksIn(`first\n${text}`).map((leak) => leak.what) }).toMatchObject({ found: expect.arrayContaining([what]) })
  })

  it('takes no name, no address of ours and no pattern for one', () => {
    const harmless = [
      '-----BEGIN PRIVATE KEY-----',
      'postgres://crossbook:crossbook@127.0.0.1:5432/crossbook',
      "const tokenName = 'the-token-that-a-person-is-given'",
      'secret_file: secrets/webhook-hmac',
      'sha256 = "0000000000000000000000000000000000000000"',
    ]
    expect(leaksIn(harmless.join('\n'))).toEqual([])
  })

  it('finds nothing in what is tracked', () => {
    const found = trackedFiles().flatMap((file) => leaksIn(readText(file)).map(({ line, what }) => `${file}:${line} ${what}`))
    expect(found.filter((leak) => ALLOWED[leak.split(' ')[0] ?? ''] === undefined)).toEqual([])
  })

  it('finds nothing in what was added lately', () => {
    const terms = ['log', `-${COMMITS}`, '-p', '-U0', '--no-color', '--format=%n@@commit %h']
    const diff = execFileSync('git', terms, { cwd: ROOT, encoding: 'utf8', maxBuffer: DIFF_MAX_BYTES })
    const found = diff.split('\n@@commit ').flatMap((commit) => {
      const added = commit.split('\n').flatMap((line) => (line.startsWith('+') && !line.startsWith('+++') ? [line.slice(1)] : []))
      return leaksIn(added.join('\n')).map(({ what }) => `${commit.slice(0, 7)} ${what}`)
    })
    expect(found).toEqual([])
  })
})
