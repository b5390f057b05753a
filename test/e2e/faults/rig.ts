import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import fs from 'node:fs'
import { Stack, temporaryData, type TradeJson } from '../stack'
import { WireWatch } from '../wire-watch'
import { listingsOf, quietScenario, type Grants, type Listing } from './scenario'

/** Servers, venues and feeds, on a machine that does something else beside. */
const UP_MS = 120_000
/** A book change reaches the detector within milliseconds; a cool-down of half a second may be in the way. */
const OFFER_AGAIN_MS = 1_000
/** Markets are read again each minute: a round that an outage or a jump of the clock spoilt is made up for by the next one. */
const OFFER_LIMIT_MS = 90_000
/** The longest a trade of these tests takes: an order that is late by five seconds, and a re-quote. */
export const TRADE_MS = 60_000

/** What a box costs here: Kalshi YES at 0.40 (seen back at 0.38), ForecastEx NO at 0.50. Seven cents a contract after fees. */
const ASK = '0.40'
const EXIT = '0.38'
const YES_BID = '0.50'
/** The other way round: NO at 0.38 (seen back at 0.36), YES at 0.50. */
const OPPOSITE_BID = '0.62'
const OPPOSITE_EXIT = '0.64'
const OPPOSITE_NO_BID = '0.50'
/** Bought by nobody: an order that only touches the book. */
const TOUCH = '0.01'

export interface Trade extends TradeJson {
  readonly pair: string
  readonly startedAt: number
  readonly state: string
}
export interface Ended extends Trade {
  readonly outcome: string
}

/** One running stack for many accidents: each gets a pair of its own, whose box appears when the test puts it there. */
export class Rig {
  readonly #dataDir = temporaryData()
  readonly #scenario: string
  readonly #listings: ReadonlyMap<string, Listing>
  readonly wire: WireWatch
  stack: Stack

  readonly #env: Readonly<Record<string, string>>
  readonly #args: readonly string[]

  /** @param setting of the venues and of the product beside what these tests need: changes the scenario's folder, and gives the environment. @param args of `npm start` */
  constructor(
    pairs: readonly string[],
    limits: Readonly<Record<string, string>> = {},
    grants?: Grants,
    setting: (scenarioFolder: string) => Readonly<Record<string, string>> = () => ({}),
    args: readonly string[] = [],
  ) {
    this.#scenario = quietScenario(pairs, limits, grants)
    this.#env = setting(this.#scenario)
    this.#args = args
    this.#listings = new Map(listingsOf(pairs).map((listing) => [listing.id, listing]))
    this.stack = new Stack(this.#dataDir, this.#scenario, this.#args, this.#env)
    this.wire = new WireWatch(this.stack)
  }

  async up(): Promise<void> {
    await this.stack.says('Where to look', UP_MS)
    this.wire.start()
  }
  async down(): Promise<void> {
    await this.wire.stop()
    await this.stack.interrupt()
    fs.rmSync(this.#dataDir, { recursive: true, force: true })
    fs.rmSync(this.#scenario, { recursive: true, force: true })
  }
  /** Everything stops, and starts again on the same data. */
  async restart(): Promise<void> {
    await this.wire.stop()
    await this.stack.interrupt()
    this.stack = new Stack(this.#dataDir, this.#scenario, this.#args, this.#env)
    this.wire.follow(this.stack)
    await this.up()
  }

  listing(pair: string): Listing {
    const listing = this.#listings.get(pair)
    if (!listing) throw new Error(`no pair ${pair} in this scenario`)
    return listing
  }

  kalshi(type: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    return this.stack.post({ venue: 'kalshi', type, ...fields })
  }
  ibkr(type: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    return this.stack.post({ venue: 'ibkr', type, ...fields })
  }

  /** Contracts of a box, Kalshi's side last: the box exists from then on. */
  async offer(pair: string, size = 10): Promise<void> {
    const { ticker, yesConId } = this.listing(pair)
    await this.ibkr('external_order', { con_id: yesConId, price: YES_BID, size })
    await this.kalshi('external_order', { ticker, side: 'bid', price: EXIT, count: String(size) })
    await this.kalshi('external_order', { ticker, side: 'ask', price: ASK, count: String(size) })
  }
  /** Offers a box and waits until a trade on it has sent its first order. @returns its trade id. */
  async taken(pair: string): Promise<string> {
    const before = this.wire.ids()
    await this.offer(pair)
    let touchedMs = Date.now()
    let fresh: string | undefined
    await this.stack.until(`a first order on ${pair}`, OFFER_LIMIT_MS, async () => {
      await this.wire.look()
      fresh = [...this.wire.ids()].find((id) => !before.has(id))
      if (fresh === undefined && Date.now() - touchedMs > OFFER_AGAIN_MS) {
        touchedMs = Date.now()
        await this.touch(pair)
      }
      return fresh !== undefined
    })
    return fresh?.split('-')[1] ?? ''
  }
  /** Changes Kalshi's book where nobody trades: the pair is looked at again. */
  touch(pair: string): Promise<void> {
    return this.kalshi('external_order', { ticker: this.listing(pair).ticker, side: 'bid', price: TOUCH, count: '1' })
  }
  /** Ten contracts of the opposite box: Kalshi NO and ForecastEx YES. */
  async offerOpposite(pair: string): Promise<void> {
    const { ticker, noConId } = this.listing(pair)
    await this.ibkr('external_order', { con_id: noConId, price: OPPOSITE_NO_BID, size: 10 })
    await this.kalshi('external_order', { ticker, side: 'ask', price: OPPOSITE_EXIT, count: '10' })
    await this.kalshi('external_order', { ticker, side: 'bid', price: OPPOSITE_BID, count: '10' })
  }
  /** As `taken`, with Kalshi's answer held back: the trade is surely between its legs for as long. */
  async heldOpen(pair: string, ms = 1_500): Promise<string> {
    await this.kalshi('fault', { name: 'delay', ms, method: 'POST', ticker: this.listing(pair).ticker })
    return this.taken(pair)
  }
  /** Somebody else takes NO contracts at ForecastEx before we do. */
  async outbid(pair: string, size: number): Promise<void> {
    await this.ibkr('external_order', { con_id: this.listing(pair).noConId, price: YES_BID, size })
  }

  trades(): Promise<readonly Trade[]> {
    return this.stack.ask<Trade[]>('trades', '--limit', '500')
  }
  trade(id: string): Promise<Trade | undefined> {
    return this.trades().then((trades) => trades.find(({ tradeId }) => tradeId === id))
  }
  /** The pair of a trade as the registry names this listing of it. */
  async subject(id: string): Promise<string> {
    return (await this.trade(id))?.pair ?? ''
  }
  /** What the saga of a running trade says of itself. */
  progress(id: string): Promise<string> {
    return this.#withSaga(id, async (saga) => (await saga.query<{ state: string }>('progress')).state)
  }
  /** What an operator should not do, to the running trade of a pair: by Temporal's own list, which is quicker than asking for the trade. */
  async terminate(pair: string): Promise<void> {
    const connection = await Connection.connect({ address: this.stack.endpoints().temporal.address })
    try {
      const { workflow } = new Client({ connection })
      await this.stack.until(`the saga of ${pair} in Temporal's list`, TRADE_MS, async () => {
        for await (const { workflowId } of workflow.list({ query: 'ExecutionStatus = "Running" AND WorkflowType = "box"' }))
          if (workflowId.startsWith(`box-${pair}`))
            return workflow
              .getHandle(workflowId)
              .terminate('test')
              .then(() => true)
        return false
      })
    } finally {
      await connection.close()
    }
  }
  async #withSaga<T>(id: string, ask: (saga: WorkflowHandle) => Promise<T>): Promise<T> {
    const subject = await this.subject(id)
    const connection = await Connection.connect({ address: this.stack.endpoints().temporal.address })
    try {
      return await ask(new Client({ connection }).workflow.getHandle(`box-${subject}`))
    } finally {
      await connection.close()
    }
  }
  /** The trade when it has ended: by then all its orders are final and booked (I9). */
  async ended(id: string, limitMs = TRADE_MS): Promise<Ended> {
    let trade: Trade | undefined
    await this.stack.until(`trade ${id} to end`, limitMs, async () => {
      trade = await this.trade(id)
      return trade !== undefined && trade.outcome !== null
    })
    return trade as Ended
  }
  /** What an ended trade came to: its label, and what its orders filled whose bytes left, by leg: `a` the first, `b` the second, `c` all cures. */
  async result(id: string, limitMs = TRADE_MS): Promise<{ readonly outcome: string; readonly filled: Readonly<Record<string, number>> }> {
    const { outcome, legs } = await this.ended(id, limitMs)
    await this.wire.look()
    const filled: Record<string, number> = {}
    for (const { clientOrderId, quantity } of legs)
      if (this.wire.ids().has(clientOrderId)) filled[legOf(clientOrderId)] = (filled[legOf(clientOrderId)] ?? 0) + Number(quantity)
    return { outcome, filled }
  }
  halts(): Promise<readonly string[]> {
    return this.stack.ask<{ halts: { scope: string }[] }>('status').then(({ halts }) => halts.map(({ scope }) => scope))
  }
  async command(kind: 'halt' | 'resume', scope: string): Promise<void> {
    await this.stack.ask(kind, '--scope', scope, '--reason', 'test')
  }

  /** Every question has its answer at both venues. */
  async answerAll(): Promise<void> {
    for (const { ticker, yesConId } of this.#listings.values()) {
      await this.kalshi('settle', { ticker, result: 'yes' })
      await this.ibkr('settle', { con_id: yesConId, result: 'yes' })
    }
  }
  /** The same; the payouts are waited for. */
  async settleAll(limitMs = TRADE_MS): Promise<void> {
    await this.answerAll()
    await this.stack.until('every trade to be realised', limitMs, async () => {
      const trades = await this.trades()
      return trades.length > 0 && trades.every(({ outcome, pnlKind }) => outcome !== null && pnlKind === 'realised')
    })
  }
}

const legOf = (clientOrderId: string): string => clientOrderId.charAt(clientOrderId.lastIndexOf('-') + 1)

/** A process and its children: a stopped postmaster alone would leave its backends answering. */
export function withChildren(pid: number): readonly number[] {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const children = pids.filter((each) => {
    const stat = fs.existsSync(`/proc/${each}/stat`) ? fs.readFileSync(`/proc/${each}/stat`, 'utf8') : ''
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid
  })
  return [pid, ...children.map(Number)]
}
