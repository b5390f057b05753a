import { getComboEvents, getEvents } from '../../../../src/venues/kalshi/rest/markets'
import { ClockOffset } from '../../../../src/venues/kalshi/offset'
import { createKalshiRest } from '../../../../src/venues/kalshi/rest/call'
import { createSigner } from '../../../../src/venues/kalshi/sign'
import { ALPHA, RunningSim } from '../../../sim/support/running'
import { wideScenario } from '../../../sim/kalshi/rest/course'
import { clock, json, recordingLog } from '../fakes'
import { never, Venue } from './venue'

const event = (event_ticker: string): object => ({
  ...{ event_ticker, series_ticker: 'KXMVECROSS', sub_title: '', title: 'Both', collateral_return_type: '', mutually_exclusive: false },
  ...{ category: 'Combos', available_on_brokers: false, product_metadata: {}, exchange_index: 1 },
})

it('asks for the combos of a series, or of a collection, page by page', async () => {
  const venue = await Venue.open()
  try {
    venue.replies = {
      'GET /events/multivariate': ({ path }) =>
        json(
          200,
          path.includes('cursor=') ? { events: [event('KXMVECROSS-2')], cursor: '' } : { events: [event('KXMVECROSS-1')], cursor: 'c' },
        ),
    }
    const combos = await getComboEvents(venue.rest, { series: 'KXMVECROSS' }, never)
    expect(combos.map((each) => [each.event, each.shard])).toEqual([
      ['KXMVECROSS-1', 1],
      ['KXMVECROSS-2', 1],
    ])
    await getComboEvents(venue.rest, { collection: 'C 1' }, never)
    expect(venue.asked().map(({ call }) => call)).toEqual([
      'GET /events/multivariate?series_ticker=KXMVECROSS&limit=200',
      'GET /events/multivariate?series_ticker=KXMVECROSS&limit=200&cursor=c',
      'GET /events/multivariate?collection_ticker=C+1&limit=200',
      'GET /events/multivariate?collection_ticker=C+1&limit=200&cursor=c',
    ])
  } finally {
    await venue.close()
  }
})

it('the simulated venue tells its combos there and nowhere else', async () => {
  const sim = await RunningSim.start(wideScenario())
  const privateKeyPem = ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const signer = createSigner({ keyId: ALPHA.keyId, privateKeyPem }, new ClockOffset(), clock)
  const rest = createKalshiRest({ baseUrl: sim.restUrl, signer, clock, frameLog: null, log: recordingLog() })
  try {
    const combo = { event: 'KXMVECROSS-S1', series: 'KXU3' }
    expect(await getComboEvents(rest, { collection: 'KXMVECROSS' }, never)).toMatchObject([combo])
    expect(await getComboEvents(rest, { series: 'KXU3' }, never)).toMatchObject([combo])
    expect(await getComboEvents(rest, { series: 'KXNONE' }, never)).toEqual([])
    expect((await getEvents(rest, 'KXU3', never)).map((each) => each.event)).not.toContain(combo.event)
    const both = await sim.anyone.get('/events/multivariate?series_ticker=KXU3&collection_ticker=KXMVECROSS')
    expect(both).toMatchObject({ status: 400, body: { error: { code: 'invalid_parameters' } } })
  } finally {
    await rest.close()
    await sim.stop()
  }
})
