import { eventually, kalshiScenario, OTHER, RunningSim, TICKER } from './support/running'

const jsonLines = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')
const print = (recv_ms: number, price: string, quantity: string, more: object = {}): object => ({
  recv_ms,
  venue: 'kalshi',
  market: 'recorded',
  price,
  quantity,
  ...more,
})
const tape = (more: object): object => ({ venue: 'kalshi', file: 'tape.ndjson', kind: 'prints', markets: { recorded: TICKER }, ...more })
const emptyBook = { first: { book: { yes: [], no: [] } } }
/** Signatures are made with the real time while the venue's stands still. */
const manual = { clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } }
const anySkew = { settings: { max_skew_ms: 10_000_000_000_000 } }

describe('prints', () => {
  let sim: RunningSim
  afterEach(() => sim.stop())

  const book = async (): Promise<unknown> => (await sim.anyone.get(`/markets/${TICKER}/orderbook`)).body['orderbook_fp']
  const advance = (ms: number): Promise<unknown> => sim.event({ venue: 'clock', type: 'advance', ms })

  it('quote half a spread on either side, for their lifetime, with the size of the print', async () => {
    const lines = jsonLines([print(1000, '0.50', '7'), print(4000, '0.60', '2.00'), print(4100, '0.61', '1')])
    sim = await RunningSim.start(
      { ...kalshiScenario({ ...emptyBook, ...anySkew }), ...manual, tapes: [tape({ speed: 2, quote: { life_ms: 1000 } })] },
      { 'tape.ndjson': lines },
    )
    await advance(0)
    expect(await book()).toEqual({ yes_dollars: [['0.4900', '7.00']], no_dollars: [['0.4900', '7.00']] })
    await advance(1000)
    expect(await book()).toEqual({ yes_dollars: [], no_dollars: [] })
    await advance(500)
    expect(await book()).toEqual({ yes_dollars: [['0.5900', '2.00']], no_dollars: [['0.3900', '2.00']] })
    await advance(50)
    expect(await book()).toEqual({ yes_dollars: [['0.6000', '1.00']], no_dollars: [['0.3800', '1.00']] })
    expect(await tapes()).toMatchObject([{ file: 'tape.ndjson', state: 'ended', progress: 1 }])
  })

  const tapes = async (): Promise<unknown> => (await fetch(`${sim.control.url}/tapes`, { signal: AbortSignal.timeout(20_000) })).json()

  it('wait for the first subscription, and the timeline can wait for their end', async () => {
    const settle = { at_ms: 'tape_end+0s', venue: 'kalshi', type: 'settle', ticker: TICKER, result: 'yes' }
    sim = await RunningSim.start(
      { ...kalshiScenario(emptyBook), tapes: [tape({ start: 'first_subscription' })], timeline: [settle] },
      { 'tape.ndjson': jsonLines([print(1000, '0.50', '7'), print(1020, '0.51', '7')]) },
    )
    const stream = await sim.stream()
    await stream.subscribe(['orderbook_delta'], [OTHER])
    expect(await tapes()).toMatchObject([{ state: 'waiting', startedMs: null, progress: 0 }])
    await stream.subscribe(['trade', 'market_lifecycle_v2'])
    stream.send({ id: 2, cmd: 'subscribe', params: { channels: ['orderbook_delta'], market_tickers: [TICKER] } })
    expect((await stream.ofType('trade')).msg).toMatchObject({ market_ticker: TICKER, yes_price_dollars: '0.5000' })
    await stream.next((message) => message.msg?.['event_type'] === 'settled')
    expect(await tapes()).toMatchObject([{ state: 'ended' }])
  })

  it('can be taken, and what is taken is gone', async () => {
    sim = await RunningSim.start(
      { ...kalshiScenario(emptyBook), tapes: [tape({})] },
      { 'tape.ndjson': jsonLines([print(1000, '0.50', '7')]) },
    )
    await eventually(async () => (((await book()) as { yes_dollars: unknown[] }).yes_dollars.length > 0 ? true : null))
    const { body } = await sim.alpha.order({ ticker: TICKER, price: '0.5100', count: '9.00' })
    expect(body).toMatchObject({ fill_count: '7.00', average_fill_price: '0.5100' })
    expect(await book()).toEqual({ yes_dollars: [['0.4900', '7.00']], no_dollars: [] })
  })

  it.each([
    ['a market that is not there', { markets: { recorded: 'KXNONE' } }, print(1, '0.5', '1'), 'market "KXNONE" is not in kalshi.events'],
    ['a line without a price', {}, { recv_ms: 1, venue: 'kalshi', market: 'recorded', quantity: '1' }, 'line 1: "price" is missing'],
    ['a recording of other markets', { markets: { other: TICKER } }, print(1, '0.5', '1'), 'no line belongs to kalshi'],
  ])('refuse %s in one sentence', async (_name, section, line, sentence) => {
    const start = RunningSim.start({ ...kalshiScenario(), tapes: [tape(section)] }, { 'tape.ndjson': jsonLines([line]) })
    await expect(start).rejects.toThrow(sentence)
  })
})

describe('frames', () => {
  const event = (recv_ms: number, type: string, msg: object): object => ({
    recv_ms,
    event: { type, sid: 1, seq: 1, msg: { market_ticker: 'recorded', ...msg } },
  })
  const frames = jsonLines([
    event(0, 'orderbook_snapshot', {
      yes_dollars_fp: [
        ['0.4000', '10.00'],
        ['0.4500', '5.00'],
      ],
      no_dollars_fp: [['0.5000', '8.00']],
    }),
    event(1000, 'orderbook_delta', { side: 'yes', price_dollars: '0.4500', delta_fp: '-2.00' }),
    event(2000, 'orderbook_delta', { side: 'no', price_dollars: '0.5000', delta_fp: '1.00' }),
    event(3000, 'orderbook_snapshot', {}),
  ])
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start(
      { ...kalshiScenario({ ...emptyBook, ...anySkew }), ...manual, tapes: [tape({ kind: 'frames' })] },
      { 'tape.ndjson': frames },
    )
    await advance(0)
  })
  afterEach(() => sim.stop())
  const advance = (ms: number): Promise<unknown> => sim.event({ venue: 'clock', type: 'advance', ms })
  const book = async (): Promise<unknown> => (await sim.anyone.get(`/markets/${TICKER}/orderbook`)).body['orderbook_fp']

  it('set the outside book level by level', async () => {
    expect(await book()).toEqual({
      yes_dollars: [
        ['0.4000', '10.00'],
        ['0.4500', '5.00'],
      ],
      no_dollars: [['0.5000', '8.00']],
    })
    await advance(1000)
    expect(await book()).toMatchObject({
      yes_dollars: [
        ['0.4000', '10.00'],
        ['0.4500', '3.00'],
      ],
    })
    await advance(2000)
    expect(await book()).toEqual({ yes_dollars: [], no_dollars: [] })
  })

  it('leave taken what was taken until the recording changes that level', async () => {
    await sim.alpha.order({ ticker: TICKER, price: '0.5000', count: '6.00' })
    expect(await book()).toMatchObject({ no_dollars: [['0.5000', '2.00']] })
    await advance(1000)
    expect(await book()).toMatchObject({ no_dollars: [['0.5000', '2.00']] })
    await advance(1000)
    expect(await book()).toMatchObject({ no_dollars: [['0.5000', '9.00']] })
  })

  it('trade with an order of an account that rests in their way', async () => {
    await sim.alpha.order({ ticker: TICKER, price: '0.4200', count: '1.00', time_in_force: 'good_till_canceled' })
    await advance(2500)
    expect((await sim.alpha.get('/portfolio/orders')).body['orders']).toMatchObject([{ status: 'resting' }])
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'ask', price: '0.4000', count: '4.00' })
    expect((await sim.alpha.get('/portfolio/orders')).body['orders']).toMatchObject([{ status: 'executed' }])
  })
})
