import { factOf, FACTS } from '../../../src/core/facts/register'
import { millis } from '../../../src/core/units'
import { countFacts, proveFact, readFacts, recordObserved, withdraw, type FactView } from '../../../src/operator/facts'
import { refusalOfFacts } from '../../../src/wiring/inspection/facts'
import { systemClock } from '../../../src/wiring/clock'
import { freshLedger } from '../ledger/support/ledger'

const ledger = freshLedger()
const ME = { name: 'me', role: 'operator' } as const
const NOW = millis(1_800_000_000_000)
const DAY_MS = 86_400_000
const EVIDENCE = { evidence: 'paper.ndjson', sha256: 'ab'.repeat(32) }

const prove = (id: string, value: string, environment: 'sim' | 'paper' | 'live' = 'paper'): Promise<FactView> =>
  proveFact(ledger().database, id, { value, environment, evidence: 'seen by me' }, ME, NOW)
const audited = async (): Promise<readonly string[]> =>
  (await ledger().database.query<{ action: string }>(`select action from audit where action like 'fact-%' order by seq`)).rows.map(
    ({ action }) => action,
  )

describe('the register of venue facts', () => {
  it('keeps a dated proof of who saw what, where, and until when it holds', async () => {
    const view = await prove('forecastex.fee', '0.01')
    expect(view).toMatchObject({ standing: 'proven', decidedBy: { value: '0.01', by: 'me', evidence: 'seen by me', sha256: null } })
    expect(view.decidedBy?.expiresMs).toBe(NOW + factOf('forecastex.fee').validDays * DAY_MS)
    expect(await audited()).toEqual(['fact-proven'])
  })

  it('never counts a simulated venue, and says so of a value that is not expected', async () => {
    expect((await prove('forecastex.fee', '0.01', 'sim')).standing).toBe('unproven')
    expect((await prove('forecastex.fee', '0.02', 'live')).standing).toBe('contradicted')
  })

  it('withdraws a proof once, with its reason, and keeps both', async () => {
    const { decidedBy } = await prove('forecastex.fee', '0.01')
    const id = decidedBy?.id ?? 0
    await withdraw(ledger().database, id, 'another account', ME, NOW)
    const view = (await readFacts(ledger().database, NOW)).find((fact) => fact.id === 'forecastex.fee')
    expect(view).toMatchObject({ standing: 'unproven', proofs: [{ id, withdrawn: { by: 'me', reason: 'another account' } }] })
    await expect(withdraw(ledger().database, id, 'again', ME, NOW)).rejects.toThrow(`proof ${id} is not on record, or is withdrawn already`)
    expect(await audited()).toEqual(['fact-proven', 'fact-withdrawn'])
  })

  it('is append-only', async () => {
    await prove('forecastex.fee', '0.01')
    const { database } = ledger()
    for (const change of [`update fact_proof set value = '0.02'`, 'delete from fact_proof', 'truncate fact_withdrawal'])
      await expect(database.query(change)).rejects.toThrow('append-only')
  })

  it('refuses a fact that does not exist, and one without a value', async () => {
    await expect(prove('forecastex.fees', '0.01')).rejects.toThrow('there is no fact "forecastex.fees"')
    await expect(prove('forecastex.fee', ' ')).rejects.toThrow('write --value, for forecastex.fee 0.01')
  })
})

describe('what an inspection has seen', () => {
  const observe = (value: string, atMs: number, environment: 'sim' | 'paper' = 'paper'): Promise<number> =>
    recordObserved(ledger().database, [{ fact: 'forecastex.depth', value }], environment, EVIDENCE, ME, millis(atMs))

  it('is noted once a day, and at once where it differs', async () => {
    expect(await observe('message 12', NOW)).toBe(1)
    expect(await observe('message 12', NOW + 1)).toBe(0)
    expect(await observe('message 12', NOW + 1, 'sim')).toBe(1)
    expect(await observe('message 13', NOW + 2)).toBe(1)
    expect(await observe('message 13', NOW + 2 + DAY_MS)).toBe(1)
  })
})

describe('execution.md §10: mode live', () => {
  const clock = { ...systemClock(), nowMs: () => NOW }

  it('opens nothing while facts are unproven, or cannot be read; every other mode does not ask', async () => {
    const { database } = ledger()
    expect(await refusalOfFacts(database, 'live', clock)).toMatch(/^mode live opens nothing while \d+ of the facts .*forecastex\.fee/)
    expect(await refusalOfFacts(database, 'sim', clock)).toBeNull()
    const broken = { query: () => Promise.reject(new Error('connection refused')) } as unknown as typeof database
    expect(await refusalOfFacts(broken, 'live', clock)).toContain('the register of venue facts cannot be read: connection refused')
  })

  it('opens once all that openings depend on is proven', async () => {
    for (const { id, expected, blocks } of FACTS) if (blocks === 'openings') await prove(id, expected?.[0] ?? 'seen', 'live')
    expect(await refusalOfFacts(ledger().database, 'live', clock)).toBeNull()
    const needed = FACTS.filter(({ blocks }) => blocks === 'openings').length
    expect(await countFacts(ledger().database, NOW)).toEqual({ facts: FACTS.length, proven: needed, missingForLive: 0 })
  })
})
