import { createIngestActivities, type IngestDependencies, type StoredProduct } from '../../src/activities/ingest'
import { marketId, type Venue } from '../../src/core/ids'
import { UnknownSeries, type Asked, type Discovery, type Listing, type Question, type QuestionCatalog } from '../../src/ports/catalog'
import { LogBook } from '../stores/doubles'
import { asActivity } from './doubles'

const listingOf = (venue: Venue, market: string): Listing => ({ venue, market: marketId(market) }) as Listing
const askedOf = (venue: Venue, market: string): Asked => ({
  listing: listingOf(venue, market),
  rules: `rules: of ${market}`,
  reading: { kind: 'not-read', because: 'nobody reads here' },
})
const catalog = (venue: Venue, bySeries: Readonly<Record<string, readonly string[]>>): QuestionCatalog => ({
  venue,
  asked: (series) => {
    const markets = bySeries[series]
    return markets
      ? Promise.resolve(markets.map((market) => askedOf(venue, market)))
      : Promise.reject(new UnknownSeries(venue, series, new Error('404')))
  },
  listings: () => Promise.resolve([]),
  listing: () => Promise.resolve(null),
})
const ANEW = { venue: 'kalshi', market: marketId('B'), before: 'aa', after: 'bb' } as const
const proposal = (id: string, kind: 'added' | 'changed' | 'unchanged' | 'suspended' | 'ended') => ({ id, kind, why: `of ${id}` })
const PROPOSALS = [proposal('one', 'added'), proposal('two', 'added'), proposal('three', 'unchanged'), proposal('four', 'suspended')]
const NOTHING: StoredProduct = { added: [], delisted: [], relisted: [], changes: [] }

/** The activities before a catalogue that finds `found`. */
function rig(
  found: Discovery | Error = { kind: 'unavailable', symbol: '', cause: 'unanswered', reason: '' },
  stored = NOTHING,
  series: readonly string[] = ['KXU3', 'KXCPI'],
) {
  const saved: string[] = []
  const log = new LogBook()
  const products: IngestDependencies['products'] = {
    symbols: ['UNR', 'FF'],
    catalog: {
      ...catalog('forecastex', {}),
      product: () => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found)),
    },
  }
  const activities = createIngestActivities({
    catalogs: [{ catalog: catalog('kalshi', { KXU3: ['A', 'B'], KXCPI: ['C'] }), series }],
    products,
    save: (listings) => {
      saved.push(listings.map(({ venue, market }) => `${venue} ${market}`).join())
      return Promise.resolve()
    },
    saveProduct: (product) => {
      saved.push(`product ${product.kind}`)
      return Promise.resolve(stored)
    },
    keep: (asked) => {
      if (asked.length > 0) saved.push(`texts ${asked.map(({ rules }) => rules).join()}`)
      return Promise.resolve(asked.some(({ listing }) => listing.market === 'B') ? [ANEW] : [])
    },
    propose: () => Promise.resolve({ markets: { kalshi: 3, forecastex: 2 }, notRead: [1], proposals: PROPOSALS }),
    log,
  })
  return { activities, saved, log }
}

it('reads every configured series, stores each and counts per venue', async () => {
  const { activities, saved, log } = rig()
  expect(await asActivity(() => activities.ingestListings())).toEqual({ kalshi: 3 })
  expect(saved).toEqual(['kalshi A,kalshi B', 'texts rules: of A,rules: of B', 'kalshi C', 'texts rules: of C'])
  expect(log.lines.map(({ fields, message }) => [fields, message])).toEqual([[ANEW, 'a market is worded anew']])
})

it('reads the series after one that the venue does not list, and names that one', async () => {
  const { activities, saved, log } = rig(undefined, NOTHING, ['KXTYPO', 'KXCPI'])
  expect(await asActivity(() => activities.ingestListings())).toEqual({ kalshi: 1 })
  expect(saved).toEqual(['kalshi C', 'texts rules: of C'])
  expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual(['error series unknown: kalshi lists no series KXTYPO'])
})

it('counts what was proposed, and names the pairs that trade no more', async () => {
  const { activities, log } = rig()
  expect(await asActivity(() => activities.proposePairs())).toEqual({
    ...{ markets: { kalshi: 3, forecastex: 2 }, notRead: 1 },
    ...{ added: 2, changed: 0, unchanged: 1, suspended: ['four: of four'] },
  })
  expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual(['error rule text changed: of four'])
})

describe('a product of ForecastEx', () => {
  const questions = ['751', '761'].map((market) => askedOf('forecastex', market) as Question)
  const product = { symbol: 'UNR', name: 'Unemployment', category: '', underConId: 7 }

  it('is stored with its listings, and what is different is told and logged', async () => {
    const change = { market: '751', name: 'UNR 20261204 4.5', field: 'strike', before: '4.4', after: '4.5' }
    const { activities, saved, log } = rig(
      { kind: 'read', product, questions, problems: ['contract 9 has no readable right'], complete: true },
      { added: ['761'], delisted: ['741'], relisted: ['751'], changes: [change] },
    )
    expect(await activities.listProducts()).toEqual(['UNR', 'FF'])
    expect(await asActivity(() => activities.ingestProduct('UNR'))).toEqual({
      ...{ symbol: 'UNR', questions: 2, added: 1, delisted: 1 },
      changes: ['UNR 20261204 4.5 (751): strike was 4.4, is 4.5', '751: listed again'],
      problems: ['contract 9 has no readable right'],
    })
    expect(saved).toEqual(['forecastex 751,forecastex 761', 'texts rules: of 751,rules: of 761', 'product read'])
    expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn contract 9 has no readable right',
      'warn question changed: UNR 20261204 4.5 (751): strike was 4.4, is 4.5',
    ])
  })

  it('that cannot be seen is stored as that, with the reason', async () => {
    const { activities, saved } = rig({ kind: 'unavailable', symbol: 'FF', cause: 'no-permission', reason: 'ask for the permission' })
    expect(await asActivity(() => activities.ingestProduct('FF'))).toMatchObject({ questions: 0, problems: ['ask for the permission'] })
    expect(saved).toEqual(['', 'product unavailable'])
  })

  it('is tried again when the session ended: nothing is stored', async () => {
    const { activities, saved } = rig(new Error('the session ended'))
    await expect(asActivity(() => activities.ingestProduct('FF'))).rejects.toThrow('the session ended')
    expect(saved).toEqual([])
  })
})
