import { ACCOUNT, stopAll, TestClock } from '../rig'
import { market } from '../sim-rig'
import { look } from './look'

afterEach(stopAll)

/** placeOrder, and where two of its fields stand (ibkr-forecastex.md §10.3). */
const PLACE_ORDER = '3'
const TRANSMIT = 27
const WHAT_IF = 84
const WATCH_MS = 900_000

/** The watch ends by nothing but its signal. */
class UnwatchedClock extends TestClock {
  override sleep = (durationMs: number, signal: AbortSignal): Promise<void> =>
    durationMs === WATCH_MS
      ? new Promise((_, reject) => {
          if (signal.aborted) reject(signal.reason as Error)
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        })
      : super.sleep(durationMs, signal)
}

describe('crossbook doctor ibkr against a gateway without fault', () => {
  it('finds everything in order, in the order in which it is to be verified', async () => {
    const { port } = await market()
    const { checks } = await look(port, { whatIf: true })
    expect(checks.filter(({ verdict }) => verdict === 'failed' || verdict === 'warning')).toEqual([])
    expect(checks.map(({ check }) => check)).toEqual([
      ...['connection', 'client id', 'server version', 'accounts', 'login', 'round trip', 'clock', 'contracts', 'pairing', 'question'],
      ...['tick and range', 'last trading time', 'trading hours', 'market data', 'quotes YES', 'quotes NO', 'pair price', 'depth'],
      ...['account summary', 'cash', 'positions', 'open orders', 'executions', 'fee', 'completed orders', 'what-if order', 'message rate'],
      ...['way to IBKR', 'farms', 'callbacks'],
    ])
  })

  it('shows quotes with their sizes, and what ask and opposite bid add up to', async () => {
    const { port } = await market()
    const { row, observed } = await look(port)
    expect(row('quotes YES')).toBe('ok: bid 0.5600 × 40.00, ask 0.5800 × 30.00, LAST not told')
    expect(row('quotes NO')).toBe('ok: bid 0.4200 × 30.00, ask 0.4400 × 40.00, LAST not told')
    expect(observed).toEqual(
      expect.arrayContaining([
        { fact: 'forecastex.server-version', value: '193' },
        { fact: 'forecastex.min-tick', value: '0.01' },
        { fact: 'forecastex.market-data', value: '1' },
        { fact: 'forecastex.last', value: 'not told' },
        { fact: 'forecastex.pair-price', value: '1.00' },
        { fact: 'forecastex.depth', value: 'refused with 10092' },
      ]),
    )
  })

  it('places nothing, also with --what-if', async () => {
    const { port, venue } = await market()
    const { row, observed, frames } = await look(port, { whatIf: true })
    expect(row('what-if order')).toBe('ok: checked and not placed: BUY 1 at 0.01 IOC, commission 0.01')
    expect(observed).toContainEqual({ fact: 'forecastex.tif-preset', value: 'IOC' })
    const sent = frames.filter(({ dir, tokens: [id] }) => dir === 'out' && id === PLACE_ORDER)
    expect(sent.map(({ tokens }) => [tokens.length, tokens[TRANSMIT], tokens[WHAT_IF]])).toEqual([[118, '1', '1']])
    expect(venue.state()).toMatchObject({ cash: '10000.00', open_orders: [], completed_orders: [], executions: [] })
  })

  it('asks the broker for nothing without --what-if', async () => {
    const { port } = await market()
    const { frames } = await look(port)
    expect(frames.filter(({ dir, tokens: [id] }) => dir === 'out' && id === PLACE_ORDER)).toEqual([])
  })

  it('watches until it is told that this is enough, and then goes on to the account', async () => {
    const { port } = await market()
    const enough = new AbortController()
    const watch = { watchMs: WATCH_MS, clock: new UnwatchedClock(), watching: () => enough.abort(), enough: enough.signal }
    expect((await look(port, watch)).row('account summary')).toMatch(/^ok/)
  })

  it('looks at one contract by its number', async () => {
    const { port } = await market()
    expect((await look(port, { contract: { conId: 800002 } })).row('question')).toBe("ok: FF Dec09'30 3.625 YES (800001), NO 800002")
  })
})

describe('crossbook doctor ibkr tells apart, each with its remedy', () => {
  const cases: readonly (readonly [string, object, string, RegExp])[] = [
    ['a read-only API', { read_only: true }, 'open orders', /^failed: .*read-only; untick "Read-Only API"/],
    ['another account', { managed_accounts: ['U5550001'] }, 'accounts', /^failed: .*logged in to U5550001.*connect to the paper Gateway/],
    ['a second account', { managed_accounts: [ACCOUNT, 'DU5550002'] }, 'accounts', /^warning: .*also DU5550002/],
    ['no permission', { event_contracts: 'missing' }, 'contracts', /^failed: .*permission for event contracts.*Trading Permissions/],
    ['no permission, and no end', { event_contracts: 'silent' }, 'contracts', /^failed: .*permission for event contracts/],
    ['delayed data', { market_data_type: 3 }, 'market data', /^failed: no live quotes.*subscribe to the market data/],
    ['no market data', { market_data_refusal: 354 }, 'quotes', /^failed: no live quotes of 800001, 800002 \(354\)/],
    ['an old gateway', { server_version: 178 }, 'server version', /^warning: 178, older than 193; install/],
    ['depth of the other kind', { depth: 'l2' }, 'depth', /^ok: offered, as message 13/],
    ['an untrusted address', { trusted: false }, 'connection', /^failed: .*closes every connection at once.*Trusted IPs/],
    ['a pair at 1.01', { pair_price: '1.01' }, 'pair price', /^ok: .*add up to 1.01/],
  ]
  it.each(cases)('%s', async (_name, settings, check, found) => {
    const { port } = await market(settings)
    expect((await look(port)).row(check)).toMatch(found)
  })

  it('a product that is not there', async () => {
    const { port } = await market()
    expect((await look(port, { contract: { symbol: 'XX' } })).row('contracts')).toMatch(
      /^failed: ForecastEx tells no product XX.*forecastex.symbols/,
    )
  })

  it('the login that mode live is for', async () => {
    const { port } = await market()
    expect((await look(port, { mode: 'live', simulated: false })).row('login')).toMatch(
      /^failed: DU1234567 is a paper account, the mode is live/,
    )
    expect((await look(port, { mode: 'paper', simulated: false })).row('login')).toMatch(/^ok: /)
  })
})
