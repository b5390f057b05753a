import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { signedHeaders } from '../../support/client'
import { ALPHA, kalshiScenario, RunningSim } from '../../support/running'
import { SHARED } from './openapi'
import { differences, shapeOf } from './shape'

/** The session that was recorded on the venue's demo environment, held again with the simulator: every answer must look the same. */

const FOLDER = join(SHARED, 'data/kalshi_wire_captures')
const isHere = existsSync(FOLDER)
if (!isHere) console.warn('skipped: the recordings of ../shared are not here')

interface Recording {
  readonly name: string
  readonly meta: {
    readonly auth: string
    readonly method?: string
    readonly path: string
    readonly status: number
    readonly recorded_at_epoch_ms: number
    readonly request_body?: unknown
  }
  readonly body: unknown
}

const json = (file: string): unknown => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
const recordings: Recording[] = (isHere ? readdirSync(FOLDER) : [])
  .filter((file) => file.endsWith('.meta.json'))
  .map((file) => file.replace('.meta.json', ''))
  .map((name) => ({ name, meta: json(`${name}.meta.json`) as Recording['meta'] }))
  .filter(({ meta }) => /^\/trade-api\/v2\//.test(meta.path ?? ''))
  .sort((a, b) => a.meta.recorded_at_epoch_ms - b.meta.recorded_at_epoch_ms)
  .map(({ name, meta }) => ({ name, meta, body: json(`${name}.json`) }))

/** What differs from the recordings of June 2026, and why that is right now. */
const ACCEPTED: readonly (readonly [difference: RegExp, reason: string])[] = [
  [/^− \.error\.service$/, 'removed from error bodies on 2026-08-06 (kalshi.md, breaking history)'],
  [/^− .*\.(fractional_trading_enabled|response_price_units)$/, 'removed on 2026-07-09 (kalshi.md, breaking history)'],
  [/^− .*\.liquidity_dollars$/, 'removed on 2026-10-01 (kalshi.md, breaking history)'],
  [/^− .*\.resting_orders_count$/, 'existed until mid-2026 (kalshi.md §5)'],
  [/^\+ .*\.exchange_index$/, 'since the shards of August 2026 (kalshi.md §12.3)'],
  [/^\+ \.(intra_exchange_transfers_active|exchange_index_statuses)$/, 'June’s status had only two fields (kalshi.md §12.1)'],
  [/^\+ .*\.settlement_bounds_type$/, 'since 2026-10-01 (kalshi.md §10)'],
  [/^\+ .*\.cancel_order_on_pause$/, 'optional; kalshi.md §4.7 lists it'],
  [
    /^− .*\.(custom_strike|functional_strike|primary_participant_key|early_close_condition|is_provisional|mve_selected_legs|mve_collection_ticker|occurrence_datetime|fee_waiver_expiration_time|floor_strike|cap_strike|settlement_ts|settlement_value_dollars)(\W.*)?$/,
    'optional: depends on the market',
  ],
]
/** Whole answers that are another thing today. */
const CHANGED: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  orders__legacy_create: [410, 'legacy order writes answer 410 since 2026-06-18 (kalshi.md §4.1)'],
  orders__legacy_cancel: [410, 'legacy order writes answer 410 since 2026-06-18 (kalshi.md §4.1)'],
}

const TICKER = 'KXWTACHALLENGERMATCH-26JUN11JIMLEP-LEP'

/** The market of the session with its book, a golf market with public trades, and enough others for pages. */
function session(): Record<string, unknown> {
  const base = kalshiScenario({ first: { occurrence_datetime: '+1d', floor_strike: 4.5 } })
  const kalshi = base['kalshi'] as { events: object[] }
  const times = { open_time: '-1d', close_time: '+1d', strike_type: 'structured' }
  const event = (event_ticker: string, markets: object[]): object => ({ event_ticker, series_ticker: 'KXU3', title: event_ticker, markets })
  const tennis = { ticker: TICKER, ...times, book: { yes: [['0.4700', '3.00']], no: [['0.4800', '3.00']] } }
  const trades = [{ yes_price: '0.0300', count: '7.77', taker_book_side: 'bid', created_time: '-1h' }]
  const closed = { ticker: 'KXC-1-A', ...times, status: 'determined', result: 'yes' }
  const settled = { ticker: 'KXC-1-B', ...times, status: 'finalized', result: 'no', settled_time: '-1h' }
  const others = Array.from({ length: 12 }, (_, at) => ({ ticker: `KXMANY-1-${at}`, ...times }))
  return {
    ...base,
    kalshi: {
      ...kalshi,
      events: [
        ...kalshi.events,
        event('KXWTACHALLENGERMATCH-26JUN11JIMLEP', [tennis]),
        event('KXPGATOUR-USO26', [{ ticker: 'KXPGATOUR-USO26-JDAY', ...times, trades: [...trades, ...trades] }]),
        event('KXMANY-1', others),
        event('KXC-1', [closed, settled]),
      ],
    },
  }
}

const SKEW_MS: Readonly<Record<string, number>> = {
  minus30s: -30_000,
  minus5min: -300_000,
  minus5s: -5_000,
  plus5min: 300_000,
  plus5s: 5_000,
}

function headersFor({ name, meta }: Recording, path: string): Record<string, string> {
  const method = meta.method ?? 'GET'
  const skew = SKEW_MS[name.replace('auth__skew_', '')] ?? 0
  const headers = signedHeaders(ALPHA, method, path, Date.now() + skew)
  if (meta.auth.startsWith('NONE') || meta.auth === 'unauthenticated') return {}
  if (meta.auth === 'bad-signature') return signedHeaders(ALPHA, 'PATCH', path)
  if (meta.auth === 'unknown-key-id') return { ...headers, 'KALSHI-ACCESS-KEY': '00000000-0000-0000-0000-000000000000' }
  const { 'KALSHI-ACCESS-SIGNATURE': _signature, ...unsigned } = headers
  return meta.auth === 'missing-signature-header' ? unsigned : headers
}

const whenHere = isHere ? describe : describe.skip
whenHere('the recorded session, replayed', () => {
  let sim: RunningSim
  const answers = new Map<string, { status: number; body: unknown }>()
  beforeAll(async () => {
    sim = await RunningSim.start(session())
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', client_order_id: 'of an earlier session' })
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'ask', price: '0.5200', count: '2.00' })
    const ids = new Map<string, string>()
    let cursor = ''
    for (const recording of recordings) {
      const { method = 'GET' } = recording.meta
      const path = [...ids]
        .reduce((text, [theirs, ours]) => text.replace(theirs, ours), recording.meta.path)
        .replace(/cursor=Cg[\w-]+/, `cursor=${cursor}`)
      const body = recording.meta.request_body ?? undefined
      const reply = await sim.anyone.raw(method, path.replace('/trade-api/v2', ''), headersFor(recording, path.split('?')[0] ?? ''), body)
      answers.set(recording.name, reply)
      const theirs = (recording.body as { order_id?: string }).order_id
      if (theirs !== undefined) ids.set(theirs, String(reply.body['order_id']))
      if (typeof reply.body['cursor'] === 'string') cursor = reply.body['cursor']
    }
  })
  afterAll(() => sim.stop())

  const used = new Set<RegExp>()
  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (name, { meta, body }) => {
    const answer = answers.get(name)
    const changed = CHANGED[name]
    expect(answer?.status).toBe(changed?.[0] ?? meta.status)
    if (changed) return
    const found = differences(shapeOf(body), shapeOf(answer?.body))
    for (const difference of found) for (const [pattern] of ACCEPTED) if (pattern.test(difference)) used.add(pattern)
    expect(found.filter((difference) => !ACCEPTED.some(([pattern]) => pattern.test(difference)))).toEqual([])
  })

  it('accepts no difference that is not there', () => {
    expect(ACCEPTED.filter(([pattern]) => !used.has(pattern)).map(([pattern]) => pattern.source)).toEqual([])
  })
})
