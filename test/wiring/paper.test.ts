import { loadSources } from '../tidy/source'

/** What reaches a venue's orders, by the names that construct or call it. */
const WAYS_TO_A_VENUE =
  /\b(openVenueOrders|openKalshiOrders|openForecastexOrders|createKalshiOrderEntry|createForecastexOrderEntry|createOrderGroups|createOrder|createRestingOrder|cancelOrder|placeOrder|kalshiCanaries|forecastexCanaries)\b/

describe('mode paper', () => {
  const sources = loadSources('src')
  it('is put together without any way to the orders of a venue', () => {
    const paper = sources.filter(({ path }) => /^src\/(wiring|venues)\/paper\//.test(path))
    expect(paper.length).toBeGreaterThan(5)
    expect(paper.filter(({ text }) => WAYS_TO_A_VENUE.test(text)).map(({ path }) => path)).toEqual([])
  })

  it('is the other branch of the one place that constructs them', () => {
    const naming = sources.filter(({ path, text }) => path !== 'src/wiring/orders/venues.ts' && /\bopenVenueOrders\b/.test(text))
    expect(naming.map(({ path }) => path)).toEqual(['src/wiring/streaming.ts'])
    expect(naming[0]?.text).toMatch(/isOnPaper\(config\.mode\)\s*\? openPaperOrders\(.*\)\s*: await openVenueOrders\(/)
  })
})
