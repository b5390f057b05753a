import { z } from 'zod'

/**
 * A second reading of a stream's frame, written from the venue's document alone (kalshi.md §7): `JSON.parse`, zod, BigInt. It shares no code
 * with the product, so that both can only agree by being right.
 */
export type Meaning = Readonly<Record<string, unknown>> & { readonly kind: string }

const MILLION = 1_000_000n
/** A decimal text in units of 10^-decimals; more decimals than that, or more than a safe integer, are refused. */
const fixed = (decimals: number, most = BigInt(Number.MAX_SAFE_INTEGER), least = -most) =>
  z.string().transform((text, context): number => {
    const refused = (): never => {
      context.addIssue({ code: 'custom', message: text })
      return z.NEVER
    }
    const negative = text.startsWith('-')
    const parts = (negative ? text.slice(1) : text).split('.')
    const [whole = '', fraction] = parts
    const isPlain = parts.length < 3 && [whole, fraction ?? '0'].every((digits) => digits !== '' && /^[0-9]*$/.test(digits))
    if (!isPlain) return refused()
    const micros = BigInt(whole) * MILLION * MILLION + BigInt((fraction ?? '').padEnd(12, '0').slice(0, 12))
    const rest = (fraction ?? '').slice(12)
    const unit = 10n ** BigInt(12 - decimals)
    if (micros % unit !== 0n || /[1-9]/.test(rest)) return refused()
    const units = (micros / unit) * (negative ? -1n : 1n)
    return units > most || units < least ? refused() : Number(units)
  })
const price = fixed(4, 10_000n, 0n)
const contracts = fixed(2)
const dollars = fixed(6)
const text = z.string().min(1)
const integer = z.number().refine((value) => Number.isSafeInteger(value))
const seconds = integer.transform((value) => value * 1_000).pipe(integer)
const orNull = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null)
const orEmpty = <T extends z.ZodType>(schema: T) =>
  z.union([z.literal('').transform(() => null), schema.nullish()]).transform((value) => value ?? null)
const outcome = z.enum(['yes', 'no'])
const quoted = orEmpty(price.transform((units) => (units === 0 || units === 10_000 ? null : units)))
const level = z
  .array(z.unknown())
  .transform(([at, of]) => ({ price: at, quantity: of }))
  .pipe(z.object({ price, quantity: contracts }))
const levels = z
  .array(level)
  .nullish()
  .transform((value) => value ?? [])

/** `book` where it names a side, else the outcome that a side is positioned for. */
const sideOf = (book: unknown, ...positioned: readonly unknown[]): string | null => {
  if (book === 'bid' || book === 'ask') return book
  const named = positioned.find((each) => each !== undefined && each !== null)
  return named === 'yes' ? 'bid' : named === 'no' ? 'ask' : null
}

const delta = z
  .object({ market_ticker: text, side: outcome, price_dollars: price, delta_fp: contracts, ts_ms: orNull(integer) })
  .transform((msg) => ({ market: msg.market_ticker, side: msg.side, price: msg.price_dollars, change: msg.delta_fp, venueMs: msg.ts_ms }))
const snapshot = z
  .object({ market_ticker: text, yes_dollars_fp: levels, no_dollars_fp: levels })
  .transform((msg) => ({ market: msg.market_ticker, yes: msg.yes_dollars_fp, no: msg.no_dollars_fp }))
const trade = z
  .object({
    ...{ market_ticker: text, yes_price_dollars: price, count_fp: contracts, trade_id: text, is_block_trade: orNull(z.boolean()) },
    ...{
      ts_ms: orNull(integer),
      taker_book_side: z.unknown().optional(),
      taker_outcome_side: z.unknown().optional(),
      taker_side: z.unknown().optional(),
    },
  })
  .transform((msg) => ({
    ...{ market: msg.market_ticker, price: msg.yes_price_dollars, quantity: msg.count_fp, tradeId: msg.trade_id },
    ...{ block: msg.is_block_trade ?? false, venueMs: msg.ts_ms },
    taker: sideOf(msg.taker_book_side, msg.taker_outcome_side, msg.taker_side),
  }))
  .refine(({ taker }) => taker !== null)
const ticker = z
  .object({
    ...{ market_ticker: text, price_dollars: quoted, yes_bid_dollars: quoted, yes_ask_dollars: quoted, ts_ms: orNull(integer) },
    ...{ yes_bid_size_fp: contracts, yes_ask_size_fp: contracts, open_interest_fp: contracts, volume_fp: contracts },
  })
  .transform((msg) => ({
    ...{ market: msg.market_ticker, last: msg.price_dollars, bid: msg.yes_bid_dollars, ask: msg.yes_ask_dollars },
    bidSize: msg.yes_bid_dollars === null ? null : msg.yes_bid_size_fp,
    askSize: msg.yes_ask_dollars === null ? null : msg.yes_ask_size_fp,
    ...{ openInterest: msg.open_interest_fp, volume: msg.volume_fp, venueMs: msg.ts_ms },
  }))
const lifecycle = z
  .object({
    ...{ market_ticker: text, event_type: text, exchange_index: orNull(integer), is_deactivated: orNull(z.boolean()) },
    ...{ open_ts: orNull(seconds), close_ts: orNull(seconds), determination_ts: orNull(seconds), settled_ts: orNull(seconds) },
    ...{ result: orEmpty(text), settlement_value: orEmpty(dollars) },
    price_ranges: orNull(z.array(z.object({ start: price, end: price, step: price }))),
  })
  .transform((msg) => ({
    ...{ market: msg.market_ticker, event: msg.event_type, shard: msg.exchange_index, openMs: msg.open_ts, closeMs: msg.close_ts },
    ...{ determinationMs: msg.determination_ts, settledMs: msg.settled_ts, result: msg.result, settlementValue: msg.settlement_value },
    ...{ bands: msg.price_ranges, deactivated: msg.is_deactivated },
  }))
const fill = z
  .object({
    ...{
      trade_id: text,
      order_id: text,
      client_order_id: orEmpty(text),
      market_ticker: text,
      yes_price_dollars: price,
      count_fp: contracts,
    },
    ...{ fee_cost: dollars, ts_ms: integer, post_position_fp: orEmpty(contracts), exchange_index: orNull(integer) },
    ...{ is_taker: orNull(z.boolean()), book_side: z.unknown().optional(), outcome_side: z.unknown().optional() },
  })
  .transform((msg) => ({
    ...{ executionId: msg.trade_id, venueOrderId: msg.order_id, clientOrderId: msg.client_order_id, market: msg.market_ticker },
    ...{ side: sideOf(msg.book_side, msg.outcome_side), yesPrice: msg.yes_price_dollars, quantity: msg.count_fp, fee: msg.fee_cost },
    ...{ atMs: msg.ts_ms, positionAfter: msg.post_position_fp, shard: msg.exchange_index, taker: msg.is_taker },
  }))
  .refine(({ side }) => side !== null)
  .transform((value) => ({ fill: value }))
const order = z
  .object({
    ...{
      order_id: text,
      client_order_id: orEmpty(text),
      ticker: text,
      status: text,
      yes_price_dollars: price,
      initial_count_fp: contracts,
    },
    ...{ fill_count_fp: contracts, remaining_count_fp: contracts, taker_fees_dollars: dollars, maker_fees_dollars: dollars },
    ...{
      exchange_index: orNull(integer),
      last_update_reason: orEmpty(text),
      book_side: z.unknown().optional(),
      outcome_side: z.unknown().optional(),
    },
    ...{ last_updated_ts_ms: z.unknown().optional(), created_ts_ms: z.unknown().optional() },
  })
  .transform((msg) => ({
    ...{
      venueOrderId: msg.order_id,
      clientOrderId: msg.client_order_id,
      market: msg.ticker,
      status: msg.status,
      yesPrice: msg.yes_price_dollars,
    },
    ...{ side: sideOf(msg.book_side, msg.outcome_side), quantity: msg.initial_count_fp, filled: msg.fill_count_fp },
    ...{ remaining: msg.remaining_count_fp, fees: msg.taker_fees_dollars + msg.maker_fees_dollars, shard: msg.exchange_index },
    ...{ reason: msg.last_update_reason, atMs: msg.last_updated_ts_ms ?? msg.created_ts_ms ?? null },
  }))
  .refine(({ side, fees: sum, atMs }) => side !== null && Number.isSafeInteger(sum) && (atMs === null || Number.isSafeInteger(atMs)))
  .transform((value) => ({ order: value }))
const position = z
  .object({ market_ticker: text, position_fp: contracts, realized_pnl_dollars: dollars, fees_paid_dollars: dollars })
  .transform((msg) => ({
    market: msg.market_ticker,
    position: msg.position_fp,
    realised: msg.realized_pnl_dollars,
    fees: msg.fees_paid_dollars,
  }))
const group = z
  .object({ event_type: text, order_group_id: text, contracts_limit_fp: orEmpty(contracts), ts_ms: orNull(integer) })
  .transform((msg) => ({ event: msg.event_type, groupId: msg.order_group_id, contractsLimit: msg.contracts_limit_fp, venueMs: msg.ts_ms }))
const fees = z
  .object({
    event_ticker: text,
    fee_type_override: orEmpty(text),
    fee_multiplier_override: orNull(z.number().transform(String).pipe(fixed(4))),
  })
  .transform((msg) => ({ event: msg.event_ticker, feeType: msg.fee_type_override, multiplier: msg.fee_multiplier_override }))

const body = (msg: z.ZodType) => z.object({ msg }).transform((frame) => frame.msg)
const kinds: Readonly<Record<string, readonly [kind: string, schema: z.ZodType]>> = {
  orderbook_delta: ['delta', body(delta)],
  orderbook_snapshot: ['snapshot', body(snapshot)],
  trade: ['trade', body(trade)],
  ticker: ['ticker', body(ticker)],
  market_lifecycle_v2: ['lifecycle', body(lifecycle)],
  multivariate_market_lifecycle: ['lifecycle', body(lifecycle)],
  event_lifecycle: ['event-lifecycle', body(z.object({ event_ticker: text }).transform((msg) => ({ event: msg.event_ticker })))],
  event_fee_update: ['fees', body(fees)],
  fill: ['fill', body(fill)],
  user_order: ['order', body(order)],
  market_position: ['position', body(position)],
  order_group_updates: ['group', body(group)],
  subscribed: [
    'subscribed',
    body(z.object({ channel: text, sid: integer }).transform((msg) => ({ channel: msg.channel, ofSid: msg.sid }))),
  ],
  unsubscribed: ['unsubscribed', z.unknown().transform(() => ({}))],
  ok: [
    'ok',
    z
      .object({
        msg: orNull(z.union([z.array(z.object({ channel: text, sid: integer })), z.object({ market_tickers: orNull(z.array(text)) })])),
      })
      .transform(({ msg }) =>
        Array.isArray(msg) ? { markets: null, subscriptions: msg } : { markets: msg?.market_tickers ?? null, subscriptions: null },
      ),
  ],
  error: [
    'error',
    body(
      z
        .object({ code: integer, msg: z.unknown().optional(), market_ticker: orEmpty(text) })
        .transform(({ code, msg, market_ticker: market }) => ({ code, text: typeof msg === 'string' ? msg : '', market })),
    ),
  ],
}
const placed = z.object({ sid: orNull(integer), seq: orNull(integer), id: orNull(integer) })
const LOST = { sid: null, seq: null, id: null, market: null }
/** Legible also where the rest of a known message is not. */
const about = z.object({ msg: z.object({ market_ticker: text }) }).transform(({ msg }) => msg.market_ticker)

/** What the frame says; kind 'unreadable' without a cause where it says nothing. */
export function twin(frame: Uint8Array): Meaning {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(frame))
  } catch {
    return { ...LOST, kind: 'unreadable', type: null }
  }
  const place = placed.safeParse(parsed)
  if (!place.success) return { ...LOST, kind: 'unreadable', type: null }
  const type = text.safeParse((parsed as { type?: unknown }).type)
  if (!type.success) return { ...place.data, kind: 'unreadable', type: null, market: null }
  const [kind, schema] = (Object.hasOwn(kinds, type.data) ? kinds[type.data] : undefined) ?? [null, z.never()]
  if (kind === null && /^(rfq_created|rfq_deleted|quote_(created|accepted|executed)|cfbenchmarks_value(_5hz)?|pyth_value)$/.test(type.data))
    return { ...place.data, kind: 'ignored' }
  const meaning = schema.safeParse(parsed)
  if (kind !== null && meaning.success) return { ...place.data, kind, ...(meaning.data as object) }
  return { ...place.data, kind: 'unreadable', type: type.data, market: kind === null ? null : (about.safeParse(parsed).data ?? null) }
}
