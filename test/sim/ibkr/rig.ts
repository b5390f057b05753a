import { connect, type Socket } from 'node:net'
import { EventName, IBApi, OptionType, SecType, type Contract, type Order } from '@stoqey/ib'
import { ibkrSection, type IbkrSection } from '../../../src/sim/schema'
import type { FaultBook, FaultSetting, IbkrVenue, SimClock } from '../../../src/sim/ibkr/port'
import { createIbkrVenue } from '../../../src/sim/ibkr/venue'
import { memoryStore, type MemoryStore } from '../support/store'

/** 2026-11-21 13:30:00 in US/Central. */
export const NOW_MS = Date.UTC(2026, 10, 21, 19, 30)
export const YES = 800001
export const NO = 800002
/** Bounds a hang; what is waited for comes in milliseconds on a quiet machine. */
const WAIT_MS = 20_000

export class FakeClock implements SimClock {
  now = NOW_MS
  readonly waiting: (() => void)[] = []
  nowMs(): number {
    return this.now
  }
  after(_delayMs: number, work: () => void): () => void {
    this.waiting.push(work)
    return () => undefined
  }
  beat(delayMs: number, work: () => void): () => void {
    return this.after(delayMs, work)
  }
  runAll(): void {
    for (const work of this.waiting.splice(0)) work()
  }
}

export class FakeFaults implements FaultBook {
  readonly armed: FaultSetting[] = []
  arm(name: string, fields: Record<string, unknown> = {}): void {
    this.armed.push({ name, ...fields })
  }
  take(name: string): FaultSetting | null {
    const at = this.armed.findIndex((fault) => fault.name.split(':')[0] === name)
    return at < 0 ? null : (this.armed.splice(at, 1)[0] ?? null)
  }
}

const question = {
  symbol: 'FF',
  trading_class: 'FF',
  under_con_id: 658663572,
  long_name: 'US Fed Funds Target Rate',
  last_trade_date: '20301209',
  time_zone: 'US/Central',
  strike: '3.625',
  yes: {
    con_id: YES,
    local_symbol: "FF Dec09'30 3.625 YES",
    bids: [
      ['0.56', 40],
      ['0.55', 60],
    ],
  },
  no: {
    con_id: NO,
    local_symbol: "FF Dec09'30 3.625 NO",
    bids: [
      ['0.42', 30],
      ['0.41', 50],
    ],
  },
}

/** YES 0.56/0.58, NO 0.42/0.44; 10 000 dollars. `contract` changes the question, `settings` the venue. */
export function section(change: { contract?: object; settings?: object; other?: object } = {}): IbkrSection {
  return ibkrSection.parse({
    settings: change.settings ?? {},
    accounts: [{ account: 'DU1234567', cash: '10000.00' }],
    contracts: [{ ...question, ...change.contract }],
    ...change.other,
  })
}

export interface Rig {
  readonly venue: IbkrVenue
  readonly clock: FakeClock
  readonly faults: FakeFaults
  readonly port: number
  /** What survives it. */
  readonly store: MemoryStore
  readonly wire: (readonly string[])[]
  stop(): Promise<void>
}

export async function start(
  ibkr: IbkrSection = section(),
  earlier?: MemoryStore,
  results: ReadonlyMap<number, 'yes' | 'no'> = new Map(),
): Promise<Rig> {
  const clock = new FakeClock()
  const faults = new FakeFaults()
  const wire: (readonly string[])[] = []
  const store = memoryStore(earlier)
  const venue: IbkrVenue = createIbkrVenue({
    section: ibkr,
    clock,
    faults,
    random: () => 7,
    store,
    results,
    wire: (dir, _conn, tokens) => void (dir === 'in' && wire.push(tokens)),
  })
  const { port } = await venue.listen('127.0.0.1', 0)
  rigs.push(venue)
  return { venue, clock, faults, port, store, wire, stop: () => venue.close() }
}

const rigs: IbkrVenue[] = []
const open: { close(): void }[] = []

/** Closes everything a test has opened. */
export async function stopAll(): Promise<void> {
  for (const client of open.splice(0)) client.close()
  await Promise.all(rigs.splice(0).map((venue) => venue.close()))
}

type Logged = readonly [name: string, ...args: unknown[]]

async function within<T>(what: string, start: (done: (value: T) => void) => () => void): Promise<T> {
  let stop = (): void => undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`waited ${WAIT_MS} ms for ${what}`)), WAIT_MS)
      stop = start(resolve)
    })
  } finally {
    clearTimeout(timer)
    stop()
  }
}

/** Polls with a limit. */
export const until = (what: string, holds: () => boolean): Promise<void> =>
  within<void>(what, (done) => {
    const poll = setInterval(() => holds() && done(), 5)
    return () => clearInterval(poll)
  })

/** An independent client: @stoqey/ib with a log of everything it reports. */
export class IbClient {
  readonly log: Logged[] = []
  readonly api: IBApi
  #listeners: (() => void)[] = []

  constructor(port: number, clientId = 7) {
    this.api = new IBApi({ host: '127.0.0.1', port, clientId, maxReqPerSec: 500 })
    open.push(this)
    this.api.on(EventName.all, (name: string, args: unknown[]) => {
      if (name === 'received' || name === 'sent' || name === 'all') return
      this.log.push([name, ...args])
      for (const listener of [...this.#listeners]) listener()
    })
  }

  /** @returns the next order id. */
  async up(): Promise<number> {
    this.api.connect()
    const [, orderId] = await this.wait('nextValidId')
    await this.wait('info', ([, , code]) => code === 2158)
    return orderId as number
  }

  /** The first logged event of that name, now or soon, from log position `from` on. */
  wait(name: string, accept: (entry: Logged) => boolean = () => true, from = 0): Promise<Logged> {
    const find = (): Logged | undefined => this.log.slice(from).find((entry) => entry[0] === name && accept(entry))
    return within<Logged>(`${name} (seen: ${this.names().join(' ')})`, (done) => {
      const look = (): void => {
        const entry = find()
        if (entry) done(entry)
      }
      this.#listeners.push(look)
      look()
      return () => (this.#listeners = this.#listeners.filter((other) => other !== look))
    })
  }

  /** A code of error or info. */
  waitCode(code: number, from = 0): Promise<Logged> {
    return this.wait('error', ([, , seen]) => seen === code, from)
  }

  async end(event: string, request: () => void): Promise<readonly Logged[]> {
    const from = this.log.length
    request()
    await this.wait(event, () => true, from)
    return this.log.slice(from)
  }

  of(name: string, from = 0): readonly Logged[] {
    return this.log.slice(from).filter((entry) => entry[0] === name)
  }

  /** The story in short: orderStatus:Filled, error:202, openOrder:Filled … */
  names(from = 0): readonly string[] {
    return this.log.slice(from).map(([name, , b, , c]) => {
      if (name === 'orderStatus' || name === 'error' || name === 'info') return `${name}:${String(b)}`
      if (name === 'openOrder') return `openOrder:${(c as { status?: string }).status}`
      return name
    })
  }

  close(): void {
    this.api.disconnect()
  }
}

export const contract = (conId: number): Contract => ({ conId, exchange: 'FORECASTX' })
export const described = (right: OptionType): Contract => ({
  symbol: 'FF',
  secType: SecType.OPT,
  exchange: 'FORECASTX',
  currency: 'USD',
  right,
})

export const order = (change: object = {}): Order =>
  ({
    action: 'BUY',
    orderType: 'LMT',
    totalQuantity: 10,
    lmtPrice: 0.58,
    tif: 'IOC',
    account: 'DU1234567',
    orderRef: 'cb-t1-a1',
    transmit: true,
    outsideRth: false,
    ...change,
  }) as Order

/** A client of bytes: its own framing, so that a mistake in the product's or the simulator's cannot agree with itself. */
export class RawClient {
  readonly frames: string[][] = []
  readonly socket: Socket
  ended = false
  #bytes = Buffer.alloc(0)

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setNoDelay(true)
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => (this.ended = true))
    this.socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      while (this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readUInt32BE(0)) {
        const end = 4 + this.#bytes.readUInt32BE(0)
        this.frames.push(this.#bytes.toString('utf8', 4, end).split('\0').slice(0, -1))
        this.#bytes = this.#bytes.subarray(end)
      }
    })
    open.push(this)
  }

  static frame(...tokens: readonly (string | number)[]): Buffer {
    const body = Buffer.from(tokens.map((token) => `${token}\0`).join(''))
    const head = Buffer.alloc(4)
    head.writeUInt32BE(body.length)
    return Buffer.concat([head, body])
  }

  static hello(range = 'v100..193'): Buffer {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(range.length)
    return Buffer.concat([Buffer.from('API\0'), head, Buffer.from(range)])
  }

  write(...parts: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(parts))
  }

  send(...tokens: readonly (string | number)[]): void {
    this.write(RawClient.frame(...tokens))
  }

  async frame(id: string | number, accept: (tokens: string[]) => boolean = () => true): Promise<string[]> {
    const find = (): string[] | undefined => this.frames.find((tokens) => tokens[0] === String(id) && accept(tokens))
    await until(`frame ${id} among ${JSON.stringify(this.frames)}`, () => find() !== undefined)
    return find() ?? []
  }

  async up(range?: string, clientId = 9): Promise<void> {
    this.write(RawClient.hello(range), RawClient.frame(71, 2, clientId, ''))
    await this.frame(9)
  }

  close(): void {
    this.socket.destroy()
  }
}
