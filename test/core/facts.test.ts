import { standingOf, unprovenFor, unprovenSentence, type Environment, type Fact, type Proof } from '../../src/core/facts/fact'
import { FACTS, factOf } from '../../src/core/facts/register'
import type { Mode } from '../../src/core/trade/plan'
import { millis } from '../../src/core/units'

const NOW = millis(1_000_000)
const FEE = factOf('forecastex.fee')
const LAST = factOf('forecastex.last')

let id = 0
const proof = (fact: Fact, environment: Environment, other: Partial<Proof> = {}): Proof => ({
  ...{ id: ++id, fact: fact.id, value: fact.expected?.[0] ?? 'seen', environment, evidence: 'a capture', sha256: null, by: 'me' },
  ...{ atMs: millis(NOW - 100), expiresMs: millis(NOW + 100), withdrawn: null },
  ...other,
})
const standing = (fact: Fact, ...proofs: Proof[]): string => standingOf(fact, proofs, NOW).kind

describe('a fact is proven for live', () => {
  it('by an observation of a real venue, and by none of a simulated one', () => {
    expect(standing(FEE)).toBe('unproven')
    expect(standing(FEE, proof(FEE, 'sim'))).toBe('unproven')
    expect(standing(FEE, proof(FEE, 'paper'))).toBe('proven')
    expect(standing(FEE, proof(LAST, 'paper'))).toBe('unproven')
  })

  it('where paper is not like live, by live alone', () => {
    const permission = factOf('forecastex.market-data')
    expect(standing(permission, proof(permission, 'paper'))).toBe('unproven')
    expect(standing(permission, proof(permission, 'live'))).toBe('proven')
  })

  it('until its proof expires', () => {
    expect(standing(FEE, proof(FEE, 'paper', { expiresMs: NOW }))).toBe('expired')
  })

  it('as long as the newest observation does not contradict it', () => {
    const before = proof(FEE, 'paper')
    const after = proof(FEE, 'live', { value: '0.02', atMs: millis(NOW - 50) })
    expect(standing(FEE, after, before)).toBe('contradicted')
    expect(standing(FEE, before, { ...after, withdrawn: { by: 'me', atMs: NOW, reason: 'another account' } })).toBe('proven')
    expect(standing(LAST, proof(LAST, 'paper', { value: 'anything' }))).toBe('proven')
  })

  it('as long as nothing seen with real money contradicts it: paper never overrules live', () => {
    const bad = proof(FEE, 'live', { value: '0.02' })
    expect(standing(FEE, bad, proof(FEE, 'paper'))).toBe('contradicted')
    expect(standing(FEE, bad, proof(FEE, 'paper'), proof(FEE, 'live'))).toBe('proven')
    const paper = proof(FEE, 'paper', { value: '0.02' })
    expect(standing(FEE, paper, proof(FEE, 'live'))).toBe('proven')
    expect(standing(FEE, proof(FEE, 'live'), proof(FEE, 'paper', { value: '0.02' }))).toBe('contradicted')
  })

  it('by what was recorded last, whatever the clocks of two machines say', () => {
    const ahead = proof(FEE, 'paper', { atMs: millis(NOW + 5_000) })
    expect(standing(FEE, ahead, proof(FEE, 'paper', { value: '0.02' }))).toBe('contradicted')
  })

  it('for no longer than the register says now', () => {
    const long = { expiresMs: millis(NOW + 1_000 * 86_400_000) }
    expect(standing(FEE, proof(FEE, 'paper', { ...long, atMs: millis(NOW - FEE.validDays * 86_400_000) }))).toBe('expired')
    expect(standing(FEE, proof(FEE, 'paper', { ...long, atMs: millis(NOW - FEE.validDays * 86_400_000 + 1) }))).toBe('proven')
  })
})

describe('live is earned (execution.md §10)', () => {
  const everything = FACTS.map((fact) => proof(fact, 'live'))

  it('opens nothing without what openings depend on, and names it', () => {
    const missing = unprovenFor('live', FACTS, [], NOW)
    expect(missing.map((fact) => fact.id)).toEqual(FACTS.filter(({ blocks }) => blocks === 'openings').map((fact) => fact.id))
    expect(unprovenSentence(missing)).toMatch(/^mode live opens nothing while \d+ of the facts .* unproven: kalshi\.fee, .*forecastex\.fee/)
  })

  it('opens when all of that is proven', () => {
    expect(unprovenFor('live', FACTS, everything, NOW)).toEqual([])
    expect(unprovenSentence([])).toBeNull()
  })

  it('names the one that is missing', () => {
    const missing = unprovenFor(
      'live',
      FACTS,
      everything.filter(({ fact }) => fact !== FEE.id),
      NOW,
    )
    expect(missing.map((fact) => fact.id)).toEqual([FEE.id])
  })

  it('does not depend on what only bookkeeping uses', () => {
    const needed = everything.filter(({ fact }) => factOf(fact).blocks === 'openings')
    expect(unprovenFor('live', FACTS, needed, NOW)).toEqual([])
  })

  it.each(['sim', 'paper', 'observe', 'demo'] as const)('is asked of no other mode: %s', (mode: Mode) => {
    expect(unprovenFor(mode, FACTS, [], NOW)).toEqual([])
  })
})

describe('the register', () => {
  it('has one name for each fact, and says what every one of them is for', () => {
    expect(new Set(FACTS.map((fact) => fact.id)).size).toBe(FACTS.length)
    for (const { id: name, venue, question, why, relies, proof: how, counts, validDays } of FACTS) {
      expect(name).toMatch(new RegExp(`^${venue}\\.[a-z0-9-]{1,60}$`))
      for (const text of [question, why, relies, how]) expect(text.length).toBeGreaterThan(3)
      expect(counts).not.toContain('sim')
      expect(validDays).toBeGreaterThan(0)
    }
  })

  it('names what sounds alike when there is no such fact', () => {
    expect(() => factOf('ibkr.depth')).toThrow('there is no fact "ibkr.depth"; did you mean forecastex.depth: crossbook facts lists them')
    expect(() => factOf('x')).toThrow('there is no fact "x": crossbook facts lists them')
  })
})
