import { kalshiScenario, RunningSim, TICKER } from '../../support/running'
import { control, external, flush, openStream } from './rig'

describe('events at once', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start()
  })
  afterEach(() => sim.stop())

  const post = async (body: unknown): Promise<unknown> =>
    (await fetch(`${sim.control.url}/events`, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(20_000) })).json()

  it('apply a list in its order', async () => {
    const stream = await openStream(sim)
    await stream.subscribe(['orderbook_delta'], [TICKER])
    const prices = ['0.3000', '0.3100', '0.2900']
    expect(await post(prices.map((price) => external(TICKER, 'bid', price)))).toEqual({ applied: 3 })
    await flush(stream)
    expect(stream.messages.flatMap(({ msg }) => msg['price_dollars'] ?? [])).toEqual(prices)
  })

  it('say which one is wrong: those before it stand, those after it do not', async () => {
    const list = [external(TICKER, 'bid', '0.3000'), control('dance'), external(TICKER, 'bid', '0.3100')]
    expect(await post(list)).toEqual({ error: expect.stringMatching(/^event 1: /) as unknown })
    const { orderbook_fp: book } = (await sim.anyone.get(`/markets/${TICKER}/orderbook`)).body as {
      orderbook_fp: { yes_dollars: string[][] }
    }
    expect(book.yes_dollars.map(([at]) => at)).toEqual(['0.3000', '0.4700'])
  })

  it('are objects', async () => {
    expect(await post([1])).toEqual({ error: 'an event is a JSON object; several are a list of them' })
    expect(await post('x')).toEqual({ error: 'an event is a JSON object; several are a list of them' })
  })
})

describe('a fee that an event will charge', () => {
  it('is announced at once by REST, and on the stream when its time comes, from the scenario as from a control event', async () => {
    const change = (fee_multiplier_override: number, scheduled_ts: string): Record<string, unknown> => ({
      ...{ event_ticker: 'KXU3-25MAR', fee_type_override: 'quadratic', fee_multiplier_override, scheduled_ts },
    })
    const scenario = kalshiScenario({ settings: { max_skew_ms: 10_000_000_000_000 } }) as { kalshi: Record<string, unknown> }
    scenario.kalshi['event_fee_changes'] = [change(0, '+60s')]
    const sim = await RunningSim.start({ ...scenario, clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } })
    await sim.event(control('event_fee', change(2, '+90s')))
    const stream = await openStream(sim)
    await stream.subscribe(['market_lifecycle_v2'])
    expect((await sim.anyone.get('/events/fee_changes')).body['event_fee_changes']).toHaveLength(2)
    const charged = async (): Promise<unknown> => (await sim.alpha.order({ ticker: TICKER, price: '0.5200' })).body['average_fee_paid']
    const fees = [await charged()]
    for (const ms of [60_000, 30_000]) {
      await sim.event({ venue: 'clock', type: 'advance', ms })
      fees.push(await charged())
    }
    expect(fees).toEqual(['0.0175', '0.0000', '0.0350'])
    await flush(stream)
    expect(stream.messages.flatMap(({ msg }) => msg['fee_multiplier_override'] ?? [])).toEqual([0, 2])
    await sim.stop()
  })
})
