import type { IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'

/** §7: every pong confirms the books, and an opening wants a confirmation younger than 2 s. */
const PING_EVERY_MS = 500
/** 2 s of silence: the books are too old to open on by then, so the connection is worth nothing. */
const SILENT_PINGS_MAX = 4
const HANDSHAKE_TIMEOUT_MS = 5_000
/** After a close frame was sent: what has not ended by then is cut. */
const CLOSE_TIMEOUT_MS = 1_000
const BACKOFF_FIRST_MS = 250
/** Venues drop everybody at once at maintenance: below this a reconnect storm would be ours. */
const BACKOFF_MAX_MS = 10_000
/** A connection that lived this long was a good one: the next failure starts the backoff anew. */
const STABLE_AFTER_MS = 10_000
/** The venue's own limit of a message. */
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024
const UINT32 = 0x1_0000_0000

export interface Connection {
  /** As `nextConn` numbered it. */
  readonly conn: number
  /** Silently without effect once the connection has gone: its end is reported by `closed`. */
  send(text: string): void
  /** Ends this connection; a new one follows. */
  drop(cause: string): void
}
/** Everything is called synchronously, in the order of arrival. */
export interface SocketHandler {
  opened(connection: Connection): void
  message(connection: Connection, data: Buffer): void
  pong(connection: Connection): void
  /** With every ping. */
  tick(connection: Connection): void
  closed(connection: Connection, cause: string): void
  /** The HTTP answer to the upgrade request, accepted or not. */
  handshake?(status: number, headers: IncomingMessage['headers']): void
}
export interface SocketOptions {
  readonly url: string
  /** Made anew for every attempt: a signature ages. */
  readonly headers: () => Readonly<Record<string, string>>
  readonly handler: SocketHandler
  /** Numbers the connections in the order in which they open, from 1, over all sockets whose frames go to one log. */
  readonly nextConn: () => number
  readonly clock: Clock
  readonly log: Log
  /** Uniform 32-bit integers: spreads the reconnects of many processes. */
  readonly random: () => number
}

/** The one reconnect loop: connected until aborted, with growing waits between attempts. A disconnect is data for the handler, never an error. */
export async function stayConnected(options: SocketOptions, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    const startedNs = options.clock.monoNs()
    const cause = await connectOnce(options, signal)
    if (signal.aborted) return
    failures = Number(options.clock.monoNs() - startedNs) / 1e6 >= STABLE_AFTER_MS ? 1 : failures + 1
    const waitMs = backoffMs(failures, options.random())
    options.log.warn({ cause, waitMs }, `connection to ${new URL(options.url).host} ended: ${cause}; next attempt in ${waitMs} ms`)
    await options.clock.sleep(waitMs, signal).catch(() => {})
  }
}

/** Doubles from 250 ms to 10 s; the upper half of each wait is chance. */
export function backoffMs(failures: number, random32: number): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures - 1, 10))
  return Math.round(ceiling / 2 + (ceiling / 2) * (random32 / UINT32))
}

/** One connection from its handshake to its end. @returns why it ended */
function connectOnce(options: SocketOptions, signal: AbortSignal): Promise<string> {
  const { handler } = options
  const socket = new WebSocket(options.url, {
    headers: options.headers(),
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false, // a book frame has 300 bytes: inflating costs more than reading them
  })
  let cause = 'closed by the venue'
  let connection: Connection | null = null
  let silentPings = 0
  const drop = (why: string): void => {
    cause = why
    socket.terminate()
  }
  const send = (text: string): void => (socket.readyState === WebSocket.OPEN ? socket.send(text) : undefined)
  const ping = (opened: Connection): void => {
    if (silentPings++ >= SILENT_PINGS_MAX) return drop(`silent for ${SILENT_PINGS_MAX * PING_EVERY_MS} ms`)
    socket.ping()
    handler.tick(opened)
  }
  let pings: NodeJS.Timeout | undefined
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('upgrade', (answer) => handler.handshake?.(answer.statusCode ?? 0, answer.headers))
  socket.on('unexpected-response', (request, answer) => {
    handler.handshake?.(answer.statusCode ?? 0, answer.headers)
    request.destroy()
    drop(`handshake refused with status ${answer.statusCode}`)
  })
  socket.on('open', () => {
    connection = { conn: options.nextConn(), send, drop }
    pings = setInterval(ping, PING_EVERY_MS, connection)
    handler.opened(connection)
  })
  socket.on('message', (data) => {
    silentPings = 0
    if (connection) handler.message(connection, data as Buffer) // nodebuffer, the default binary type
  })
  socket.on('pong', () => {
    silentPings = 0
    if (connection) handler.pong(connection)
  })
  socket.on('error', (error) => {
    if (cause === 'closed by the venue') cause = error.message
  })
  return untilEnded(socket, ended, signal).then(() => {
    clearInterval(pings)
    if (connection) handler.closed(connection, signal.aborted ? 'closed by us' : cause)
    return cause
  })
}

/** Closes politely when aborted, and firmly when that takes too long. */
async function untilEnded(socket: WebSocket, ended: Promise<void>, signal: AbortSignal): Promise<void> {
  let cut: NodeJS.Timeout | undefined
  const close = (): void => {
    socket.close(1000)
    cut = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS)
  }
  if (signal.aborted) close()
  signal.addEventListener('abort', close, { once: true })
  await ended
  clearTimeout(cut)
  signal.removeEventListener('abort', close)
}
