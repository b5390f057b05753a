import { isUtf8 } from 'node:buffer'
import type { Frame } from '../../core/market/event'
import { millis } from '../../core/units'

/** Thrown for a line that is not a capture line; the reader adds file and line number. */
export class MalformedLine extends Error {}

const BASE64_KEY = 'raw_base64'
const VENUES: readonly string[] = ['kalshi', 'forecastex', 'odds', 'house']
/** A JSON value that starts like this would be read back as something else than bytes: it is stored in base64. */
const AMBIGUOUS = /^\s*(\[|\{\s*"raw_base64")/
/** Our own lines and the recordings: what stands before the event, so that its text is taken as it came. */
const OWN_PREFIX = /^\{"n":(\d+),"recv_ms":(\d+),"mono_ns":"(\d+)","venue":"(\w+)","conn":(\d+),"dir":"(in|out)","event":/
const RECORDED_PREFIX = /^\{"recv_ms":\s*(\d+),\s*"event":\s*/
const NANOS_PER_MILLI = 1_000_000n

/** Rises when a reader of today could not read what is written then. */
export const CAPTURE_VERSION = 1
const HEADER = /^\{"capture":(\d+),/

/** The first line of each file: no frame, and without a number of its own. Older files have none, and are of version 1. */
export const headerLine = (process: string, atMs: number): string =>
  `{"capture":${CAPTURE_VERSION},"recv_ms":${atMs},"venue":"house","process":${JSON.stringify(process)}}`

/** Whether a line is a header. @throws MalformedLine for one of another version. */
export function isHeader(line: string): boolean {
  const version = HEADER.exec(line)?.[1]
  if (version === undefined) return false
  if (version === String(CAPTURE_VERSION)) return true
  throw new MalformedLine(
    `begins a capture of version ${version}, and version ${CAPTURE_VERSION} is read here: use the release that wrote it`,
  )
}

/** One capture line without its newline (design §7). @throws TypeError when a library's arguments are circular. */
export function encodeFrame(frame: Frame): string {
  const head = `{"n":${frame.n},"recv_ms":${frame.recvMs},"mono_ns":"${frame.monoNs}","venue":"${frame.venue}","conn":${frame.conn}`
  return `${head},"dir":"${frame.dir}","event":${encodePayload(frame.payload)}}`
}

/** Bytes verbatim where they are one line of JSON, in base64 otherwise; arguments of a library's callback as JSON. */
function encodePayload(payload: Frame['payload']): string {
  if (!(payload instanceof Uint8Array)) return JSON.stringify(payload, tagSpecial)
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const text = isUtf8(bytes) ? bytes.toString('utf8') : ''
  return isOneJsonLine(text) ? text : `{"${BASE64_KEY}":"${bytes.toString('base64')}"}`
}

function isOneJsonLine(text: string): boolean {
  return !text.includes('\n') && !AMBIGUOUS.test(text) && parsed(text) !== null
}

/** What JSON cannot say is tagged `{"$":kind,"v":text}`, so that a replay hands the session the same arguments. */
function tagSpecial(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $: 'bigint', v: String(value) }
  if (value === undefined && Array.isArray(this)) return { $: 'undefined' }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $: 'number', v: String(value) }
  if (value instanceof Error) return { $: 'error', v: value.message }
  return value
}

function untagSpecial(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagSpecial)
  if (value === null || typeof value !== 'object') return value
  const { $: kind, v } = value as { $?: unknown; v?: unknown }
  const text = String(v)
  if (kind === 'bigint') return BigInt(text)
  if (kind === 'undefined') return undefined
  if (kind === 'number') return Number(text)
  if (kind === 'error') return new Error(text)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, untagSpecial(inner)]))
}

/**
 * Reads a line of ours, or one that has only `recv_ms` and `event` (a recording of Kalshi's stream): that becomes an inbound
 * frame of connection 1 whose number is its line number.
 * @throws MalformedLine saying what is wrong.
 */
export function decodeFrame(line: string, lineNumber: number): Frame {
  const prefix = OWN_PREFIX.exec(line) ?? RECORDED_PREFIX.exec(line)
  const text = prefix ? line.slice(prefix[0].length, line.lastIndexOf('}')) : ''
  const event = prefix ? parsed(text) : null
  if (prefix && event) {
    if (prefix.length === 2) return recordedFrame(prefix[1], text, event, lineNumber)
    const [, n, recvMs, monoNs, venue, conn, dir] = prefix
    return frameOf({ n, recv_ms: recvMs, mono_ns: monoNs, venue, conn, dir }, text, event)
  }
  return decodeAnyOrder(line, lineNumber)
}

/** The slow way, for lines whose keys stand in another order: the event's text is then written anew. */
function decodeAnyOrder(line: string, lineNumber: number): Frame {
  const fields = parsed(line)?.value
  if (fields === undefined) throw new MalformedLine('is not JSON')
  if (fields === null || typeof fields !== 'object' || !('event' in fields)) throw new MalformedLine('is not an object with an "event"')
  const event = { value: fields.event }
  const text = JSON.stringify(fields.event)
  if ('n' in fields) return frameOf(fields, text, event)
  return recordedFrame('recv_ms' in fields ? fields.recv_ms : undefined, text, event, lineNumber)
}

/** As read: each field is checked on its own. */
interface FrameFields {
  readonly n?: unknown
  readonly recv_ms?: unknown
  readonly mono_ns?: unknown
  readonly venue?: unknown
  readonly conn?: unknown
  readonly dir?: unknown
}

interface Parsed {
  readonly value: unknown
}

function parsed(text: string): Parsed | null {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return null
  }
}

function recordedFrame(recvMs: unknown, text: string, event: Parsed, lineNumber: number): Frame {
  const at = integer('recv_ms', recvMs)
  return {
    n: lineNumber,
    recvMs: millis(at),
    monoNs: BigInt(at) * NANOS_PER_MILLI,
    venue: 'kalshi',
    conn: 1,
    dir: 'in',
    payload: payloadOf(text, event),
  }
}

function frameOf(fields: FrameFields, text: string, event: Parsed): Frame {
  const { venue, dir } = fields
  if (typeof venue !== 'string' || !VENUES.includes(venue)) throw new MalformedLine(`has an unknown venue ${JSON.stringify(venue)}`)
  if (dir !== 'in' && dir !== 'out') throw new MalformedLine(`has a direction ${JSON.stringify(dir)} that is neither "in" nor "out"`)
  return {
    n: integer('n', fields.n),
    recvMs: millis(integer('recv_ms', fields.recv_ms)),
    monoNs: BigInt(integerText('mono_ns', fields.mono_ns)),
    venue: venue as Frame['venue'],
    conn: integer('conn', fields.conn),
    dir,
    payload: payloadOf(text, event),
  }
}

function payloadOf(text: string, { value }: Parsed): Frame['payload'] {
  if (Array.isArray(value)) return untagSpecial(value) as readonly unknown[]
  if (value !== null && typeof value === 'object' && BASE64_KEY in value) return Buffer.from(String(value[BASE64_KEY]), 'base64')
  return Buffer.from(text, 'utf8')
}

function integerText(name: string, value: unknown): string {
  const text = String(value)
  if (!/^\d+$/.test(text)) throw new MalformedLine(`has no whole number "${name}"`)
  return text
}

function integer(name: string, value: unknown): number {
  const number = Number.parseInt(integerText(name, value), 10)
  if (!Number.isSafeInteger(number)) throw new MalformedLine(`has a "${name}" beyond the safe integers`)
  return number
}
