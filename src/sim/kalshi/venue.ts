import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mulberry32, streamSeed } from '../../core/random'
import type { SimClock } from '../clock'
import type { ArmedFaults, FaultBook } from '../faults'
import type { KalshiSection } from '../schema'
import type { Store } from '../state'
import { authenticate, readPublicKey, type RegisteredKey, type SkewWindow } from './api/auth'
import { API_ROOT, createApi } from './api/http'
import type { Answer } from './api/pages'
import { applyEvent } from './events'
import type { Floor, VenueEvent } from './floor'
import { QuoteHistory } from './history/quotes'
import { openFloor, resolveTicker, type KnownResult } from './listing'
import { runCalendar } from './lifecycle/calendar'
import { floorState } from './state-view'
import { Tables } from './tables'
import { Stream, STREAM_PATH } from './ws/stream'

export interface KalshiVenueOptions {
  /** Times are already absolute. */
  readonly section: KalshiSection
  /** PEM text by the name that the scenario gives the file. */
  readonly publicKeys: ReadonlyMap<string, string>
  readonly seed: number
  readonly clock: SimClock
  readonly faults: ArmedFaults
  readonly store: Store
  /** What the timeline settles, by market name: for listings that an earlier process left open. */
  readonly results: ReadonlyMap<string, KnownResult>
  readonly wire: (dir: 'in' | 'out', conn: number, text: string) => void
}

/** The simulated exchange: REST and WebSocket on one port. */
export interface KalshiVenue {
  listen(host: string, port: number): Promise<{ readonly rest_url: string; readonly ws_url: string }>
  /** @throws Error with one sentence when the event cannot be applied. */
  apply(event: Record<string, unknown>): void
  /** Work of the outside world on the latest listing of a market: durable, then published. */
  change(name: string, work: (floor: Floor, ticker: string) => void): void
  /** Whether a client has subscribed the book of the latest listing of this market. */
  isSubscribed(name: string): boolean
  onSubscribe(listener: () => void): void
  state(): unknown
  close(): Promise<void>
}

export function createKalshiVenue(options: KalshiVenueOptions): KalshiVenue {
  const { section, clock, faults } = options
  const pending: VenueEvent[] = []
  const lagMs = (): number => {
    const fault = faults.take('read_lag')
    return typeof fault?.['ms'] === 'number' ? fault['ms'] : section.settings.read_lag_ms
  }
  const tables = new Tables(options.store, clock, options.seed, lagMs)
  const serve = <T>(work: () => T, answer: (result: T) => void = () => undefined): T => {
    try {
      const result = work()
      tables.commit()
      answer(result)
      return result
    } finally {
      tables.commit()
      publish()
    }
  }
  const floor: Floor = {
    section,
    tables,
    clock,
    faults,
    books: new Map(),
    listings: new Map(),
    usedOrderIds: new Set(),
    pauses: { trading: false, exchange: false },
    cancelTails: new Map(),
    quotes: new QuoteHistory(),
    emit: (event) => void pending.push(event),
    transact: (work) => serve(work),
  }
  const keys = registeredKeys(section, options.publicKeys)
  const skew = skewWindow(section)
  const signatureTimeMs = (): number => clock.nowMs() + offsetMs(faults)
  const stream = new Stream({
    floor,
    random: mulberry32(streamSeed(`${options.seed}|kalshi stream`)),
    settle: () => publish(),
    wire: options.wire,
    authenticate: (request: IncomingMessage, path) =>
      authenticate({ method: 'GET', path, headers: request.headers }, keys, signatureTimeMs(), skew).accountId,
  })
  function publish(): void {
    while (pending.length > 0) stream.publish(pending.splice(0))
  }
  floor.transact(() => openFloor(floor, options.results))
  runCalendar(floor, () => stream.dropAll())
  const server = createApi({
    floor,
    keys,
    skew,
    signatureTimeMs,
    wire: options.wire,
    serve: (work: () => Answer, answer) => void serve(work, answer),
  })
  server.on('upgrade', (request, socket, head) => stream.upgrade(request, socket, head))
  return {
    listen: (host, port) => listen(server, host, port),
    apply: (event) => floor.transact(() => applyEvent(floor, stream, faults, event)),
    change: (name, work) => floor.transact(() => work(floor, resolveTicker(floor, name))),
    isSubscribed: (name) => stream.subscribedTickers().has(resolveTicker(floor, name)),
    onSubscribe: (listener) => stream.onSubscribe(listener),
    state: () => floorState(floor),
    close: () => close(server, stream),
  }
}

/** Fault clock_offset: how far the venue's clock is off when a signature is checked. */
function offsetMs(faults: FaultBook): number {
  const fault = faults.take('clock_offset')
  return typeof fault?.['ms'] === 'number' ? fault['ms'] : 0
}

/** The venue was seen to accept 30 s ahead where 30 s behind is refused; a wider window behind is as wide ahead. */
const FUTURE_MS = 30_000

const skewWindow = ({ settings }: KalshiSection): SkewWindow => ({
  pastMs: settings.max_skew_ms,
  futureMs: settings.max_skew_future_ms ?? Math.max(FUTURE_MS, settings.max_skew_ms),
})

function registeredKeys(section: KalshiSection, pems: ReadonlyMap<string, string>): ReadonlyMap<string, RegisteredKey> {
  const keys = section.accounts.flatMap((account) =>
    account.api_keys.map((key) => {
      const publicKey = readPublicKey(pems.get(key.public_key_file) ?? '')
      const registered: RegisteredKey = {
        keyId: key.key_id,
        name: key.name,
        accountId: account.account_id,
        publicKey,
        scopes: key.scopes,
        subaccount: key.subaccount ?? null,
        regionExpiresMs: key.region_expiration_ts === undefined ? null : Date.parse(key.region_expiration_ts),
      }
      return [key.key_id, registered] as const
    }),
  )
  return new Map(keys)
}

function listen(server: Server, host: string, port: number): Promise<{ rest_url: string; ws_url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      const at = `${host}:${(server.address() as AddressInfo).port}`
      resolve({ rest_url: `http://${at}${API_ROOT}`, ws_url: `ws://${at}${STREAM_PATH}` })
    })
  })
}

async function close(server: Server, stream: Stream): Promise<void> {
  stream.close()
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
