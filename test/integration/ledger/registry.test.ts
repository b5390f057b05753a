import { marketId, subjectId } from '../../../src/core/ids'
import { millis, money, price, quantity } from '../../../src/core/units'
import type { Listing } from '../../../src/ports/catalog'
import { importLimits, readLimits } from '../../../src/stores/postgres/limits'
import { endOtherPairs, savePair } from '../../../src/stores/postgres/pairs/certificates'
import { activePairs, pairsWithLots } from '../../../src/stores/postgres/pairs/registry'
import { readListings, saveListings } from '../../../src/stores/postgres/registry'
import { freshLedger, NEVER, NOW, WIDE } from './support/ledger'
import { lockedBox } from './support/trades'

const ledger = freshLedger()
const OPERATOR = { name: 'me', role: 'approver' } as const
type Pair = Parameters<typeof savePair>[1]
const PAIR: Pair = {
  id: subjectId('u3.1'),
  base: 'u3',
  kalshiMarket: marketId('KXU3-T4'),
  forecastexMarket: marketId('751'),
  polarity: 'same',
  class: 'S0',
  approvedFor: 'sim',
  state: 'active',
}
const save = (change: Partial<Pair> = {}) => savePair(ledger().database, { ...PAIR, ...change }, OPERATOR, NOW, NEVER)
const LISTING: Listing = {
  venue: 'kalshi',
  market: marketId('KXU3-T4'),
  event: 'KXU3',
  series: 'KXU3',
  title: 'Unemployment ≥ 4 %',
  status: 'open',
  bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }],
  closeMs: millis(NOW + 1),
  fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
  shard: 3,
  contracts: null,
  yesPays: null,
}

describe('pairs', () => {
  it('come back as they were saved, with a version that rises', async () => {
    await save()
    const nothingElse = { states: [], rules: null, expiresMs: null }
    expect(await activePairs(ledger().database)).toEqual([{ ...PAIR, ...nothingElse, version: 1 }])
    await save({ polarity: 'opposite', class: 'S1h' })
    expect(await activePairs(ledger().database)).toEqual([{ ...PAIR, ...nothingElse, polarity: 'opposite', class: 'S1h', version: 2 }])
    const audit = await ledger().database.query('select by_name, role, action, detail from audit order by seq')
    expect(audit.rows).toMatchObject([
      { by_name: 'me', role: 'approver', action: 'pair imported', detail: PAIR },
      { detail: { class: 'S1h' } },
    ])
  })

  it('are inactive when they are suspended or ended', async () => {
    await save({ state: 'suspended' })
    expect(await activePairs(ledger().database)).toEqual([])
  })

  it('end when their base is listed again, those of other bases do not', async () => {
    await save()
    await save({ id: subjectId('u3.2'), kalshiMarket: marketId('KXU3.2-T4') })
    await save({ id: subjectId('u4.1'), base: 'u4', kalshiMarket: marketId('KXU4-T4') })
    await endOtherPairs(ledger().database, 'u3', subjectId('u3.2'), OPERATOR, NOW, NEVER)
    expect((await activePairs(ledger().database)).map(({ id }) => id)).toEqual(['u3.2', 'u4.1'])
  })

  it('with open lots are those that settlement looks at, whatever their state', async () => {
    await save({ state: 'ended' })
    await save({ id: subjectId('u4.1'), base: 'u4', kalshiMarket: marketId('KXU4'), forecastexMarket: marketId('761') })
    expect(await pairsWithLots(ledger().database)).toEqual([])
    await lockedBox(ledger())
    expect((await pairsWithLots(ledger().database)).map(({ id }) => id)).toEqual(['u3.1'])
  })
})

describe('listings', () => {
  it('come back as the venue told them, the newest of each market', async () => {
    const other: Listing = { ...LISTING, venue: 'forecastex', shard: null, contracts: { yes: 751, no: 752 } }
    await saveListings(ledger().database, [LISTING, other], NOW)
    const settled: Listing = { ...LISTING, status: 'settled', yesPays: money('1') }
    await saveListings(ledger().database, [settled], millis(NOW + 1))
    const listings = await readListings(ledger().database)
    expect(listings).toHaveLength(2)
    expect(listings).toEqual(expect.arrayContaining([settled, other]))
  })
})

describe('limits', () => {
  const bring = (change: Partial<typeof WIDE>): Promise<void> =>
    importLimits(ledger().database, { ...WIDE, ...change }, OPERATOR, NOW, NEVER)
  const audit = (): Promise<unknown[]> => ledger().column(`select detail from audit where action = 'limits' order by seq`)

  it('must be there: nothing may trade without any', async () => {
    await expect(readLimits(ledger().database)).rejects.toThrow('no limits in force: import config/limits.yaml first')
  })

  it('in force are the last imported, and what was in force before is on record', async () => {
    await bring({})
    expect(await readLimits(ledger().database)).toEqual(WIDE)
    await bring({ version: 'tight', maxContractsPerTrade: quantity('1') })
    expect(await readLimits(ledger().database)).toMatchObject({ version: 'tight', maxContractsPerTrade: 100 })
    await bring({})
    expect((await readLimits(ledger().database)).version).toBe('wide')
    expect(await audit()).toEqual([
      { before: null, after: 'wide' },
      { before: 'wide', after: 'tight' },
      { before: 'tight', after: 'wide' },
    ])
  })

  it('of the same version change nothing', async () => {
    await bring({})
    await bring({})
    expect(await audit()).toHaveLength(1)
  })

  it('of one version have one content: another one needs another name', async () => {
    await bring({})
    await expect(bring({ maxOpenTrades: 1 })).rejects.toThrow(
      'limits "wide" are on record with other figures: give the changed file a new version',
    )
    await bring({ version: 'tight' })
    await expect(bring({ maxOpenTrades: 1 })).rejects.toThrow('give the changed file a new version')
    expect((await readLimits(ledger().database)).version).toBe('tight')
  })
})
