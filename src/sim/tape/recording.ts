import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parseFixed, price, quantity, type Price, type Quantity } from '../../core/units'

/** Reading recorded data: JSON lines, plain or gzip. Prices in 1e-4 USD, counts in 1e-2 contract. */

/** A trade that somebody recorded. At ForecastEx `price` is the price of the outcome `side`. */
export interface Print {
  readonly atMs: number
  readonly market: string
  readonly price: Price
  readonly quantity: Quantity
  readonly side: 'yes' | 'no'
  readonly oppositePrice: Price | null
  readonly takerSide: 'bid' | 'ask'
}

export type BookFrame =
  | { readonly kind: 'snapshot'; readonly bids: readonly Level[]; readonly asks: readonly Level[] }
  | { readonly kind: 'delta'; readonly side: 'bid' | 'ask'; readonly price: Price; readonly delta: Quantity }
  | { readonly kind: 'trade'; readonly takerSide: 'bid' | 'ask'; readonly price: Price; readonly quantity: Quantity }
export type Level = readonly [Price, Quantity]

/** A recorded message of the exchange about one market. */
export interface RecordedFrame {
  readonly atMs: number
  readonly market: string
  readonly frame: BookFrame
}

export interface Recording<T> {
  readonly items: readonly T[]
  /** First and last moment of the whole file, all venues: tapes of one file stay aligned. */
  readonly firstMs: number
  readonly lastMs: number
}

type Fields = Readonly<Record<string, unknown>>

/** The venue's name in a recording. */
const RECORDED_AS: Readonly<Record<'kalshi' | 'ibkr', string>> = { kalshi: 'kalshi', ibkr: 'forecastex' }

function readLines(path: string): { readonly number: number; readonly fields: Fields; readonly atMs: number }[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    throw new Error(`tape ${path} cannot be read`)
  }
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  const lines = text.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [{ number: at + 1, line }]))
  if (lines.length === 0) throw new Error(`tape ${path} is empty`)
  return lines.map(({ number, line }) => {
    const fields = parseLine(line, path, number)
    const atMs = fields['recv_ms']
    if (typeof atMs !== 'number') throw new Error(`tape ${path} line ${number}: "recv_ms" is missing`)
    return { number, fields, atMs }
  })
}

function parseLine(line: string, path: string, number: number): Fields {
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed === 'object' && parsed !== null) return parsed as Fields
  } catch {
    // Said below, with the place.
  }
  throw new Error(`tape ${path} line ${number}: not a JSON object`)
}

const span = (lines: readonly { readonly atMs: number }[]): { firstMs: number; lastMs: number } => ({
  firstMs: Math.min(...lines.map((line) => line.atMs)),
  lastMs: Math.max(...lines.map((line) => line.atMs)),
})

/** @throws Error naming the file and the line. */
export function readPrints(path: string, venue: 'kalshi' | 'ibkr'): Recording<Print> {
  const lines = readLines(path)
  const items = lines
    .filter(({ fields }) => fields['venue'] === RECORDED_AS[venue])
    .map(({ number, fields, atMs }) => {
      try {
        return printOf(fields, atMs)
      } catch (error) {
        throw new Error(`tape ${path} line ${number}: ${error instanceof Error ? error.message : String(error)}`)
      }
    })
  return { items: items.sort((a, b) => a.atMs - b.atMs), ...span(lines) }
}

function printOf(fields: Fields, atMs: number): Print {
  const market = fields['market']
  if (typeof market !== 'string') throw new Error('"market" is missing')
  const side = fields['side'] ?? 'yes'
  if (side !== 'yes' && side !== 'no') throw new Error('"side" must be "yes" or "no"')
  const opposite = fields['opposite_price']
  const taker = fields['taker_side']
  return {
    atMs,
    market,
    price: price(decimalText(fields, 'price')),
    quantity: quantity(decimalText(fields, 'quantity')),
    side,
    oppositePrice: opposite === undefined || opposite === null ? null : price(decimalText(fields, 'opposite_price')),
    takerSide: taker === 'no' || taker === 'ask' ? 'ask' : 'bid',
  }
}

/** A decimal as string or JSON number. */
function decimalText(fields: Fields, name: string): string {
  const value = fields[name]
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') throw new Error(`"${name}" is missing`)
  parseFixed(text, 6)
  return text
}

/** @throws Error naming the file and the line. */
export function readFrames(path: string): Recording<RecordedFrame> {
  const lines = readLines(path)
  const items = lines.flatMap(({ number, fields, atMs }) => {
    if (fields['dir'] === 'out' || (fields['venue'] !== undefined && fields['venue'] !== 'kalshi')) return []
    try {
      return frameOf(fields['event'], atMs)
    } catch (error) {
      throw new Error(`tape ${path} line ${number}: ${error instanceof Error ? error.message : String(error)}`)
    }
  })
  return { items, ...span(lines) }
}

/** Messages about books and trades; acknowledgements and the like mean nothing to a tape. */
function frameOf(event: unknown, atMs: number): RecordedFrame[] {
  const { type, msg } = asFields(typeof event === 'string' ? (JSON.parse(event) as unknown) : event)
  if (type !== 'orderbook_snapshot' && type !== 'orderbook_delta' && type !== 'trade') return []
  const fields = asFields(msg)
  const market = textOf(fields, 'market_ticker')
  if (type === 'orderbook_snapshot') {
    const bids = levels(fields['yes_dollars_fp'], (at) => at)
    const asks = levels(fields['no_dollars_fp'], (at) => (10_000 - at) as Price)
    return [{ atMs, market, frame: { kind: 'snapshot', bids, asks } }]
  }
  if (type === 'trade') {
    const takerSide = fields['taker_book_side'] === 'ask' || fields['taker_side'] === 'no' ? 'ask' : 'bid'
    const at = price(textOf(fields, 'yes_price_dollars'))
    return [{ atMs, market, frame: { kind: 'trade', takerSide, price: at, quantity: quantity(textOf(fields, 'count_fp')) } }]
  }
  const at = price(textOf(fields, 'price_dollars'))
  const side = textOf(fields, 'side') === 'yes' ? 'bid' : 'ask'
  const yesPrice = side === 'bid' ? at : ((10_000 - at) as Price)
  return [{ atMs, market, frame: { kind: 'delta', side, price: yesPrice, delta: quantity(textOf(fields, 'delta_fp')) } }]
}

function asFields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new Error('not a recorded message')
  return value as Fields
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new Error(`"${name}" is missing`)
  return value
}

function levels(value: unknown, priceIn: (at: Price) => Price): Level[] {
  if (!Array.isArray(value)) return []
  return value.map((level: unknown) => {
    const [at, count] = Array.isArray(level) ? (level as unknown[]) : []
    return [priceIn(price(String(at))), quantity(String(count))] as const
  })
}
