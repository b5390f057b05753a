import type { PairsFile } from '../../../src/config/schema/pairs'
import { marketId } from '../../../src/core/ids'
import { price } from '../../../src/core/units'
import type { Catalog, Listing } from '../../../src/ports/catalog'
import { importListed, importPairs, type ImportedPair } from '../../../src/operator/pairs/import'
import { suspendPair } from '../../../src/stores/postgres/pairs/certificates'
import { activePairs, readCertificate } from '../../../src/stores/postgres/pairs/registry'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { ADA, CLOSES, ID, QUESTION, sha256, stepsOn, TICKER } from './fixture'

const ledger = freshLedger()
const { tell, propose, approve, audited } = stepsOn(ledger)
type Entry = PairsFile['pairs'][number]
const ENTRY: Entry = {
  ...{ id: 'u3', question: 'Unemployment above 4.1 %', kalshi: { ticker: TICKER }, polarity: 'same', class: 'S0', approved_for: 'sim' },
  forecastex: { yes_con_id: Number(QUESTION), no_con_id: Number(QUESTION) + 1, symbol: 'UNR' },
}
const listing = (change: Partial<Listing>): Listing => ({
  ...{ venue: 'kalshi', market: TICKER, event: 'KXU3-25MAR', series: 'KXU3', title: '', status: 'open', closeMs: CLOSES, shard: null },
  ...{ bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }], contracts: null, yesPays: null },
  fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
  ...change,
})
const KALSHI = listing({ rulesSha256: sha256('K') })
const FORECASTEX = listing({
  ...{ venue: 'forecastex', market: QUESTION, series: 'UNR', contracts: { yes: Number(QUESTION), no: Number(QUESTION) + 1 } },
  rulesSha256: sha256('F'),
})
const bring = (
  listings: readonly Listing[] = [KALSHI, FORECASTEX],
  anew = true,
  entry: Partial<Entry> = {},
): Promise<readonly ImportedPair[]> =>
  importListed(ledger().database, { pairs: [{ ...ENTRY, ...entry }] }, { listings, anew }, ADA, NOW, NEVER)
const active = async () => (await activePairs(ledger().database)).map(({ id }) => id)

describe('a file of pairs', () => {
  it('is approved for the simulation by the texts that both venues tell now', async () => {
    expect(await bring()).toEqual([{ id: 'u3.1', kalshi: TICKER, forecastex: QUESTION, kind: 'added', state: 'active' }])
    expect(await activePairs(ledger().database)).toMatchObject([
      { approvedFor: 'sim', rules: { kalshi: sha256('K'), forecastex: sha256('F') } },
    ])
    expect(await readCertificate(ledger().database, 'u3.1')).toMatchObject({ question: 'Unemployment above 4.1 %', approvedBy: 'ada' })
  })

  it('again changes nothing', async () => {
    await bring()
    expect(await bring()).toMatchObject([{ kind: 'unchanged' }])
    expect(await audited()).toEqual(['pair imported'])
  })

  it('pairs what simulated venues list anew, and ends the pair of before, audited', async () => {
    await bring()
    const later = { yes: Number(QUESTION) + 100_000, no: Number(QUESTION) + 100_001 }
    const anew = [
      listing({ market: marketId('KXU3-25MAR.2-T4.1') }),
      listing({ venue: 'forecastex', market: marketId(String(later.yes)), series: 'UNR', contracts: later }),
    ]
    expect(await bring([KALSHI, FORECASTEX, ...anew])).toMatchObject([
      { id: 'u3.2', kalshi: 'KXU3-25MAR.2-T4.1', forecastex: String(later.yes) },
    ])
    expect(await active()).toEqual(['u3.2'])
    expect(await audited()).toEqual(['pair imported', 'pair imported', 'pair ended'])
    expect(await bring([KALSHI, FORECASTEX, ...anew], false)).toMatchObject([{ id: 'u3.1', kind: 'stands', state: 'ended' }])
  })

  it('names the market that a venue does not list', async () => {
    await expect(bring([FORECASTEX])).rejects.toThrow(`pair u3: Kalshi has no open listing of ${TICKER}`)
    await expect(bring([KALSHI])).rejects.toThrow(`pair u3: ForecastEx has no open contract of conId ${QUESTION} (symbol UNR)`)
  })

  it('lifts no suspension and undoes no approval for all', async () => {
    await bring()
    await suspendPair(ledger().database, 'u3.1', 'the release moves', ADA, NOW, NEVER)
    expect(await bring()).toMatchObject([{ kind: 'stands', state: 'suspended' }])
    expect(await active()).toEqual([])
  })

  it('whose text is not the one judged suspends the pair', async () => {
    await bring()
    expect(await bring([KALSHI, { ...FORECASTEX, rulesSha256: sha256('G') }])).toMatchObject([{ kind: 'changed', state: 'suspended' }])
    expect((await readCertificate(ledger().database, 'u3.1'))?.reason).toBe('the text at forecastex is not the one that was judged')
  })

  it('that approves nothing waits as a proposal, and takes a pair that trades out of trade', async () => {
    expect(await bring(undefined, true, { approved_for: 'none' })).toMatchObject([{ kind: 'added', state: 'proposed' }])
    expect(await active()).toEqual([])
    await bring()
    expect(await active()).toEqual(['u3.1'])
    expect(await bring(undefined, true, { approved_for: 'none' })).toMatchObject([{ kind: 'changed', state: 'suspended' }])
    expect(await bring()).toMatchObject([{ kind: 'stands', state: 'suspended' }])
  })

  it('under another name lifts no suspension either', async () => {
    await bring()
    await suspendPair(ledger().database, 'u3.1', 'the release moves', ADA, NOW, NEVER)
    await expect(bring(undefined, true, { id: 'other' })).rejects.toThrow(
      'pair u3.1, which is suspended (the release moves): no file lifts that',
    )
    expect(await active()).toEqual([])
  })

  it('takes the place of a proposal of the same markets, and not that of an active pair', async () => {
    await tell()
    await propose()
    await bring()
    expect(await readCertificate(ledger().database, ID)).toMatchObject({ state: 'ended', reason: 'imported as pair u3.1' })
    await expect(bring(undefined, true, { id: 'other' })).rejects.toThrow(
      'the markets of pair other.1 are traded as pair u3.1 already: suspend that one first',
    )
  })

  it('takes an id once: other markets need another', async () => {
    await bring()
    const other = { yes: 5, no: 6 }
    const listed = [KALSHI, listing({ venue: 'forecastex', market: marketId('5'), series: 'UNR', contracts: other })]
    await expect(bring(listed, true, { forecastex: { yes_con_id: 5, no_con_id: 6, symbol: 'UNR' } })).rejects.toThrow(
      `pair u3.1 is on record with other markets (${TICKER} and ${QUESTION}): give this one another id`,
    )
  })
})

it('npm start asks both catalogues and keeps what they list', async () => {
  const catalog = (venue: 'kalshi' | 'forecastex', found: Listing): Catalog => ({
    venue,
    listings: (series) => Promise.resolve(series === found.series ? [found] : []),
    listing: () => Promise.resolve(null),
  })
  const sources = { kalshi: catalog('kalshi', KALSHI), forecastex: catalog('forecastex', FORECASTEX) }
  await importPairs({ database: ledger().database, ...sources, by: ADA, nowMs: () => NOW }, { pairs: [ENTRY] }, NEVER)
  expect(await active()).toEqual(['u3.1'])
  expect(await ledger().column('select market from listing order by 1')).toEqual([QUESTION, TICKER])
  await approve({ id: 'u3.1', approvedFor: 'sim' })
  expect((await readCertificate(ledger().database, 'u3.1'))?.version).toBe(2)
})
