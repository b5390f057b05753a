import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FORECASTEX_FACTS } from '../../src/core/facts/forecastex'
import { doctor } from '../../src/cli/verbs/doctor'
import { checkFacts } from '../../src/operator/health/doctor'
import { environmentOf, evidenceOf, factsLine, parseEnvironment } from '../../src/operator/facts'

const COUNT = { facts: 50, proven: 2, missingForLive: 20 }

describe('crossbook doctor ibkr', () => {
  it.each([
    [true, 'DU1234567', 'sim'],
    [true, 'U1234567', 'sim'],
    [false, 'DU1234567', 'paper'],
    [false, 'DF1234567', 'paper'],
    [false, 'U1234567', 'live'],
  ] as const)('notes what it sees as of its environment: simulated %s, account %s: %s', (simulated, account, environment) => {
    expect(environmentOf(simulated, account)).toBe(environment)
  })

  it('keeps its options to itself', async () => {
    await expect(doctor('kalshi', false, { capture: 'x' })).rejects.toThrow(
      '--capture, --contract, --what-if and --watch belong to crossbook doctor ibkr',
    )
    await expect(doctor('ibkrr', false)).rejects.toThrow(
      'crossbook doctor knows no venue "ibkrr": leave it out, or write kalshi, ibkr or demo',
    )
  })
})

describe('evidence', () => {
  it('is a file with its sha256, or text', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'crossbook-facts-'))
    const file = path.join(dir, 'paper.ndjson')
    writeFileSync(file, 'a capture')
    expect(evidenceOf(file)).toEqual({ evidence: 'paper.ndjson', sha256: createHash('sha256').update('a capture').digest('hex') })
    rmSync(dir, { recursive: true })
    expect(evidenceOf('seen in the activity statement')).toEqual({ evidence: 'seen in the activity statement', sha256: null })
    expect(() => evidenceOf(' ')).toThrow('evidence is missing')
  })

  it('is of an environment there is', () => {
    expect(parseEnvironment('paper')).toBe('paper')
    expect(() => parseEnvironment('Paper')).toThrow('"Paper" is no environment: use sim, demo, paper, live')
  })
})

describe('crossbook doctor and status count the facts', () => {
  it('and what live lacks', () => {
    expect(factsLine(COUNT)).toBe('2 of 50 facts about the venues are proven; mode live opens nothing without 20 of the others')
    expect(factsLine({ ...COUNT, missingForLive: 0 })).toBe('2 of 50 facts about the venues are proven; mode live lacks none')
  })

  it('which fails in live alone', () => {
    expect(checkFacts(COUNT, 'sim').verdict).toBe('notice')
    expect(checkFacts(COUNT, 'live')).toMatchObject({ verdict: 'failed', remedy: 'crossbook facts says how each is proven' })
    expect(checkFacts({ ...COUNT, missingForLive: 0 }, 'live').verdict).toBe('ok')
  })
})

describe('docs/venues/ibkr.md', () => {
  const page = readFileSync(path.join(__dirname, '../../docs/venues/ibkr.md'), 'utf8')

  it.each(FORECASTEX_FACTS.map(({ id, question }) => [id, question]))('lists %s with its question', (id = '', question = '') => {
    const row = page.split('\n').findLast((line) => line.startsWith(`| \`${id.replace('forecastex.', '')}\` `))
    expect(row).toContain(question)
  })
})
