import { marketId } from '../../../../src/core/ids'
import { forever, stopAll } from '../rig'
import { HOURS, listing, question, start, UNDER } from './rig'

afterEach(stopAll)

const DECEMBER = question(11)
const JANUARY = question(21, { date: '20270127', strike: '3.625' })
const BOTH = listing([...DECEMBER, ...JANUARY])

describe('the questions of a product', () => {
  it('are found by its dates, one request each, and the index tells the product', async () => {
    const { catalog, server } = await start({ index: 'listed', dates: ['20270127', '20261209'], options: BOTH })
    const found = await catalog.product('FF', forever)
    expect(server.asked).toEqual(['IND FF', 'dates of FF', 'OPT FF 20261209', 'OPT FF 20270127'])
    expect(found).toMatchObject({
      kind: 'read',
      product: { symbol: 'FF', name: 'US Fed Funds Target Rate', category: 'g5351', underConId: UNDER },
      problems: [],
      complete: true,
    })
    if (found.kind !== 'read') throw new Error(found.reason)
    expect(
      found.questions.map(({ listing: { market, contracts }, strike, lastTradeDate }) => [market, contracts, strike, lastTradeDate]),
    ).toEqual([
      ['11', { yes: 11, no: 12 }, '3.125', '20261209'],
      ['21', { yes: 21, no: 22 }, '3.625', '20270127'],
    ])
  })

  it('are found all at once where the gateway does not offer the dates, or does not know the index', async () => {
    for (const index of ['listed', 'refused'] as const) {
      const { catalog, server } = await start({ index, dates: 'refused', options: BOTH })
      expect(await catalog.product('FF', forever)).toMatchObject({ kind: 'read', complete: true, product: { underConId: UNDER } })
      expect(server.asked).toEqual(index === 'listed' ? ['IND FF', 'dates of FF', 'OPT FF'] : ['IND FF', 'OPT FF'])
    }
  })

  it('whose contracts have no other outcome are reported, and the others are read', async () => {
    const { catalog } = await start({ options: listing([...DECEMBER, ...JANUARY.slice(0, 1)]) })
    expect(await catalog.product('FF', forever)).toMatchObject({
      questions: [{ listing: { market: '11' } }],
      problems: ['FF FF 20270127 3.625: YES is contract 21, and no NO is listed: it is not traded'],
      complete: false,
    })
  })

  it('without a readable last trading time are reported', async () => {
    const { catalog } = await start({ options: listing([...DECEMBER, ...question(31, { strike: '4', time: 'noon', date: '2027XX01' })]) })
    expect(await catalog.product('FF', forever)).toMatchObject({
      questions: [{ listing: { market: '11' } }],
      problems: ['contract 31 has no readable last trading time: "2027XX01 noon US/Central"'],
      complete: false,
    })
  })
})

describe('a product whose contracts cannot be seen', () => {
  it.each([
    ['none is shown', 'refused' as const],
    ['none is shown though its dates are', ['20261209']],
  ])('is known by its index: the permission is missing (%s)', async (_how, dates) => {
    const { catalog } = await start({ index: 'listed', dates, options: () => [] })
    const found = await catalog.product('FF', forever)
    expect(found).toMatchObject({ kind: 'unavailable', symbol: 'FF', cause: 'no-permission' })
    if (found.kind === 'unavailable') expect(found.reason).toContain('the permission for event contracts')
    await expect(catalog.listings('FF', forever)).rejects.toThrow('the permission for event contracts')
  })

  it('is unknown when the index is as well', async () => {
    const { catalog } = await start({})
    expect(await catalog.product('XX', forever)).toEqual({
      kind: 'unavailable',
      symbol: 'XX',
      cause: 'unknown-product',
      reason: 'ForecastEx lists nothing under the symbol XX: correct forecastex.symbols in venues.yaml',
    })
    expect(await catalog.listings('XX', forever)).toEqual([])
  })
})

describe('a listing', () => {
  it('tells the hours, the last trading time with its zone, the contracts and the fees', async () => {
    const { catalog } = await start({ options: BOTH })
    expect(await catalog.listing(marketId('11'), forever)).toMatchObject({
      market: '11',
      event: 'FF 20261209',
      closeMs: Date.UTC(2026, 11, 9, 19),
      contracts: { yes: 11, no: 12 },
      bands: [{ start: 100, end: 9_900, step: 100 }],
      hours: { kind: 'told', fromMs: Date.UTC(2026, 10, 22, 6), untilMs: Date.UTC(2026, 10, 24, 6) },
    })
    expect([await catalog.listing(marketId('12'), forever), await catalog.listing(marketId('x'), forever)]).toEqual([null, null])
  })

  it('takes the zone beside the hours where the last trading time names none', async () => {
    const { catalog } = await start({ options: listing(question(11, { zone: 'US/Eastern', lastTradeZone: '' })) })
    expect((await catalog.listing(marketId('11'), forever))?.closeMs).toBe(Date.UTC(2026, 11, 9, 18))
  })

  it('with hours that cannot be read says so: it does not become one that is always open', async () => {
    const { catalog } = await start({ options: listing(question(11, { hours: 'round the clock' })) })
    expect((await catalog.listing(marketId('11'), forever))?.hours).toEqual({ kind: 'unreadable', text: 'round the clock US/Central' })
  })

  it('follows the market rule, which is asked for once', async () => {
    const rows = [...question(11, { rule: '239' }), ...question(21, { rule: '239', strike: '4' })]
    const { catalog, server } = await start({ options: listing(rows), rule: [['0', '0.005']] })
    const bands = [{ start: 100, end: 9_900, step: 50 }]
    expect(await catalog.listings('FF', forever)).toMatchObject([{ bands }, { bands }])
    expect(server.asked.filter((each) => each.startsWith('rule'))).toEqual(['rule 239'])
  })

  it('asks for a rule again in an hour where it was not told, and where it was told never', async () => {
    const rows = question(11, { rule: '239' })
    for (const [rule, times] of [
      [[['0', '0.01']], 1],
      [null, 2],
    ] as const) {
      const { catalog, server, clock } = await start({ options: listing(rows), rule })
      for (const offsetMs of [0, 3_500_000, 3_700_000]) {
        clock.offsetMs = offsetMs
        expect(await catalog.listing(marketId('11'), forever)).toMatchObject({ bands: [{ start: 100, end: 9_900, step: 100 }] })
      }
      expect(server.asked.filter((each) => each === 'rule 239')).toHaveLength(times)
    }
  })
})

describe('the contracts of a market', () => {
  it('are asked for once, as a minimal contract, and those an earlier process has read are not asked for at all', async () => {
    const first = await start({ options: BOTH })
    expect(await first.catalog.contracts(marketId('11'), forever)).toEqual({ yes: 11, no: 12 })
    expect(await first.catalog.outcomeOf(12, forever)).toEqual({ market: '11', outcome: 'no' })
    expect(first.server.asked).toEqual(['contract 11', 'OPT FF 20261209'])
    expect(first.server.named(9)[0]?.slice(3, 12)).toEqual(['11', '', '', '', '', '', '', 'FORECASTX', ''].map(String))
    const next = await start({ options: BOTH }, { known: () => Promise.resolve([{ yes: 11, no: 12 }]) })
    expect(await next.catalog.contracts(marketId('11'), forever)).toEqual({ yes: 11, no: 12 })
    expect(await next.catalog.outcomeOf(12, forever)).toEqual({ market: '11', outcome: 'no' })
    expect(next.server.asked).toEqual([])
  })

  it('that are known make a listing with one request', async () => {
    const { catalog, server } = await start({ options: BOTH }, { known: () => Promise.resolve([{ yes: 11, no: 12 }]) })
    expect(await catalog.listing(marketId('11'), forever)).toMatchObject({ contracts: { yes: 11, no: 12 } })
    expect(server.asked).toEqual(['contract 11'])
  })

  it('are asked of the gateway while the store cannot be asked, and of the store again later', async () => {
    let isDown = true
    const known = () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve([{ yes: 21, no: 22 }]))
    const { catalog, server } = await start({ options: BOTH }, { known })
    expect(await catalog.contracts(marketId('11'), forever)).toEqual({ yes: 11, no: 12 })
    isDown = false
    expect(await catalog.contracts(marketId('21'), forever)).toEqual({ yes: 21, no: 22 })
    expect(server.asked).toEqual(['contract 11', 'OPT FF 20261209'])
  })

  it('without a sibling are nobody’s only until the sibling is listed', async () => {
    const rig = await start({ options: listing(DECEMBER.slice(0, 1)) })
    expect(await rig.catalog.outcomeOf(11, forever)).toBeNull()
    rig.server.product = { options: BOTH }
    expect(await rig.catalog.outcomeOf(11, forever)).toEqual({ market: '11', outcome: 'yes' })
  })

  it('that nobody lists are none', async () => {
    const { catalog } = await start({ options: BOTH })
    await expect(catalog.contracts(marketId('99'), forever)).rejects.toThrow('ForecastEx lists no question whose YES contract is 99')
    expect(await catalog.outcomeOf(99, forever)).toBeNull()
  })
})

it('E24 a market outside its hours is closed, and not one of which nothing is known', async () => {
  const { catalog, clock } = await start({ options: listing(question(11, { hours: `${HOURS};20261125:0900-20261125:1700` })) })
  const at = (iso: string) => catalog.closedAt(marketId('11'), Date.parse(iso) as ReturnType<typeof clock.nowMs>)
  expect(at('2026-11-23T12:00:00Z')).toBeNull()
  await catalog.listing(marketId('11'), forever)
  expect(at('2026-11-23T12:00:00Z')).toBeNull()
  expect(at('2026-11-24T12:00:00Z')).toMatchObject({ untilMs: Date.UTC(2026, 10, 25, 15) })
  expect([at('2026-11-25T16:00:00Z'), at('2026-12-01T00:00:00Z')]).toEqual([null, null])
})
