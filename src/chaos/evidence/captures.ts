import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { gzipLines } from './gzip-lines'
import type { Sighting, ToldHalts } from './evidence'
import { kalshiOrder, gatewayOrder, type Markets } from './orders'

export interface Captured {
  readonly sent: readonly Sighting[]
  readonly told: readonly ToldHalts[]
}

interface Frame {
  readonly n: number
  readonly recv_ms: number
  readonly venue: string
  readonly dir: 'in' | 'out'
  readonly event: unknown
}

/** `<start>-<process>.ndjson.gz` in a folder for each day. */
const CAPTURE = /^\d{8}T\d{9}Z-(.+)\.ndjson\.gz$/

/** The order bytes of every process that captured, and what each was told of halts. Files that ended before `fromMs` are left out. */
export function readCaptures(dataDir: string, markets: Markets, fromMs: number): Captured {
  const root = path.join(dataDir, 'capture')
  const files = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : []
  const sent: Sighting[] = []
  const told: ToldHalts[] = []
  for (const file of files.toSorted()) {
    const by = CAPTURE.exec(path.basename(file))?.[1]
    if (by === undefined || statSync(path.join(root, file)).mtimeMs < fromMs) continue
    for (const line of gzipLines(path.join(root, file))) {
      if (isOrderLine(line)) sent.push(...orderIn(JSON.parse(line) as Frame, by, markets))
      else if (line.includes('"event":["halts",')) told.push(toldIn(JSON.parse(line) as Frame, by))
    }
  }
  return { sent: sent.toSorted((a, b) => a.atMs - b.atMs || a.n - b.n), told }
}

const isOrderLine = (line: string): boolean => line.includes('"dir":"out"') && line.includes('"cb-')

function orderIn({ n, recv_ms: atMs, venue, event }: Frame, by: string, markets: Markets): readonly Sighting[] {
  const order = venue === 'kalshi' ? kalshiWrite(event) : gatewayWrite(event, markets)
  return order ? [{ ...order, atMs, by, n }] : []
}

function kalshiWrite(event: unknown): ReturnType<typeof kalshiOrder> {
  const { method, body } = event as { method?: unknown; body?: unknown }
  return method === 'POST' ? kalshiOrder(body) : null
}

function gatewayWrite(event: unknown, markets: Markets): ReturnType<typeof gatewayOrder> {
  if (!Array.isArray(event) || event[0] !== 'placeOrder') return null
  const contract = event[2] as { conId: number }
  const order = event[3] as { orderRef: string; action: string; totalQuantity: number; lmtPrice: number }
  const { orderRef, action, totalQuantity, lmtPrice } = order
  return gatewayOrder({ orderRef, action, conId: contract.conId, quantity: String(totalQuantity), limit: String(lmtPrice) }, markets)
}

function toldIn({ n, recv_ms: atMs, event }: Frame, by: string): ToldHalts {
  const [, body] = event as [string, { epoch: number; scopes: readonly string[] }]
  return { by, n, atMs, epoch: body.epoch, scopes: body.scopes }
}
