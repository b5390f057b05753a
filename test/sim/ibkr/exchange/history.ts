import { mulberry32 } from '../../../../src/core/random'
import { manualClock, type MovableClock } from '../../../../src/sim/clock'
import { ArmedFaults, IBKR_FAULT_FIELDS, IBKR_FAULTS } from '../../../../src/sim/faults'
import { ExchangeEvents } from '../../../../src/sim/ibkr/exchange/events'
import { Exchange } from '../../../../src/sim/ibkr/exchange/exchange'
import { MarketData } from '../../../../src/sim/ibkr/market-data'
import { createOrderReports } from '../../../../src/sim/ibkr/order-reports'
import { Outbox } from '../../../../src/sim/ibkr/outbox'
import { tokenText } from '../../../../src/sim/ibkr/protocol/frames'
import { reply } from '../../../../src/sim/ibkr/protocol/replies'
import { savedExchange, SavedRows } from '../../../../src/sim/ibkr/saved'
import type { Session } from '../../../../src/sim/ibkr/session'
import { memoryStore } from '../../support/store'
import { NO, NOW_MS, section, YES } from '../rig'

const CLIENT = 7
/** Client 7 hears of everybody's executions, so that its log is the whole truth. */
const SECTION = section({ settings: { master_client_id: CLIENT, coupon_rate: '0.05' } })
const SESSION = { clientId: CLIENT, version: 193, wantsPositions: true } as unknown as Session

/** What became public without a frame: results and payments. */
export type Known = { readonly kind: 'settle'; readonly result: 'yes' | 'no' } | { readonly kind: 'coupon'; readonly micros: number }

/** A line of the client's log. */
export type Line = { readonly frame: readonly string[] } | { readonly known: Known }

/** The exchange and its reports without sockets, and everything that its client has seen. */
export class Floor {
  readonly lines: Line[] = []
  readonly clock: MovableClock = manualClock(NOW_MS)
  readonly faults: ArmedFaults
  exchange: Exchange
  events: ExchangeEvents
  commits = 0
  /** The frames of the next change are lost with the process. */
  #isDying = false
  readonly #store = memoryStore()
  #outbox: Outbox

  constructor(seed: number) {
    this.faults = new ArmedFaults(IBKR_FAULTS, mulberry32(seed), IBKR_FAULT_FIELDS)
    const started = this.#start()
    this.exchange = started.exchange
    this.events = started.events
    this.#outbox = started.outbox
  }

  #start() {
    const { clock, faults } = this
    const tell = (_session: Session, frame: readonly (string | number | boolean)[]): void => {
      if (!this.#isDying) this.lines.push({ frame: frame.map(tokenText) })
    }
    const save = (): void => {
      this.commits += 1
      rows.save()
    }
    const outbox = new Outbox({ faults, save, tell })
    const marketData = new MarketData({ sessions: () => [], settings: SECTION.settings, faults })
    const clients = new Map([[CLIENT, SESSION]])
    const send = outbox.send.bind(outbox)
    const reports = createOrderReports({ section: SECTION, clock, faults, clients, exchange: () => exchange, marketData, send })
    // A dead process makes no changes any more.
    const commit = (work: () => void): void => (this.#outbox === outbox ? outbox.commit(work) : undefined)
    const saved = savedExchange(this.#store)
    const exchange: Exchange = new Exchange({ section: SECTION, clock, faults, reports, saved, commit })
    const rows = new SavedRows(exchange, this.#store)
    return { exchange, outbox, events: new ExchangeEvents(exchange, clock, commit) }
  }

  commit(work: () => void): void {
    this.#outbox.commit(work)
  }

  /** Kills the process between the saving of a change and the telling of it; the next one is asked for the executions. */
  kill(change: () => void): void {
    this.#isDying = true
    change()
    this.#isDying = false
    const started = this.#start()
    this.exchange = started.exchange
    this.events = started.events
    this.#outbox = started.outbox
    for (const report of this.exchange.executions()) {
      const contract = this.exchange.listings.contract(report.conId)
      if (contract) this.lines.push({ frame: reply.execution(31, report, contract).map(tokenText) })
    }
  }

  know(known: Known): void {
    this.lines.push({ known })
  }
}

/** What the log says that the account holds. */
export interface Account {
  readonly cash: number
  readonly yes: number
  readonly no: number
}

const START_MICROS = 10_000_000_000
const FEE_MICROS = 10_000
const ONE_MICROS = 1_000_000

/** Cash and positions from the log alone, read from its beginning: the newest version of each execution, nettings, results, payments. */
export function accountOf(lines: readonly Line[]): Account {
  let extra = 0
  let settled: (Account & { readonly paid: 'yes' | 'no' }) | null = null
  for (const [at, line] of lines.entries()) {
    if ('frame' in line) continue
    if (line.known.kind === 'coupon') extra += line.known.micros
    else {
      const was: Account & { paid?: 'yes' | 'no' } = settled ?? traded(lines.slice(0, at))
      if (was.paid) extra -= was[was.paid] * ONE_MICROS
      extra += was[line.known.result] * ONE_MICROS
      settled = { ...was, paid: line.known.result }
    }
  }
  const { yes, no, cash } = traded(lines)
  return { cash: START_MICROS + cash + extra, yes: yes - (settled?.yes ?? 0), no: no - (settled?.no ?? 0) }
}

function traded(lines: readonly Line[]): Account {
  const newest = new Map<string, readonly string[]>()
  for (const line of lines) {
    if (!('frame' in line) || line.frame[0] !== '11') continue
    const [, base = '', version = ''] = /^(.*)\.(\d+)$/.exec(line.frame[14] ?? '') ?? []
    if (version >= (newest.get(base)?.[14]?.split('.').at(-1) ?? '')) newest.set(base, line.frame)
  }
  const total = { cash: 0, yes: 0, no: 0 }
  for (const frame of newest.values()) {
    const [side, size, price] = [frame[18], Number(frame[19]), Math.round(Number(frame[20]) * 1_000_000)]
    const outcome = frame[3] === String(YES) ? 'yes' : 'no'
    total[outcome] += side === 'BOT' ? size : -size
    total.cash += side === 'BOT' ? -size * (price + FEE_MICROS) : size * price
  }
  return total
}

/** What the exchange itself holds. */
export const held = ({ exchange }: Floor): Account => ({
  cash: exchange.account.cash,
  yes: exchange.account.size(YES),
  no: exchange.account.size(NO),
})
