import { marketId, mintTradeId, orderId } from '../../../../src/core/ids'
import { BookDirectory } from '../../../../src/core/market/reference'
import type { OrderIntent } from '../../../../src/core/trade/order'
import { millis, price, quantity } from '../../../../src/core/units'
import { createKalshiFeed } from '../../../../src/venues/kalshi/feed'
import { ClockOffset } from '../../../../src/venues/kalshi/offset'
import { createOrderGroups } from '../../../../src/venues/kalshi/order-groups'
import { createKalshiOrderEntry } from '../../../../src/venues/kalshi/order-entry'
import { createKalshiRest } from '../../../../src/venues/kalshi/rest/call'
import { RunawayLimiter } from '../../../../src/venues/kalshi/runaway'
import { createSigner } from '../../../../src/venues/kalshi/sign'
import { OrderWatch } from '../../../../src/venues/kalshi/watch'
import { ALPHA, eventually, kalshiScenario, RunningSim, TICKER } from '../../../sim/support/running'
import { clock, recordingFrames, recordingLog } from '../fakes'
import { free, never } from './paper-venue'

let orders = 0
/** The outside asks 0.52 for 3 contracts. */
function buy(purpose: OrderIntent['purpose'] = 'opening'): OrderIntent {
  const nowMs = Date.now()
  const tradeId = mintTradeId(nowMs, ++orders)
  const of = {
    tradeId,
    clientOrderId: orderId(tradeId, 'a', 1),
    venue: 'kalshi',
    market: marketId(TICKER),
    action: 'buy',
    outcome: 'yes',
  } as const
  return { ...of, limit: price('0.52'), quantity: quantity('1'), timeInForce: 'ioc', purpose, notAfterMs: millis(nowMs + 1_000) }
}

describe('orders at the simulated venue', () => {
  let sim: RunningSim
  const open: (() => unknown)[] = []
  const log = recordingLog()

  function connect(contracts: string) {
    const privateKeyPem = ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signer = createSigner({ keyId: ALPHA.keyId, privateKeyPem }, new ClockOffset(), clock)
    const frames = recordingFrames()
    const rest = createKalshiRest({ baseUrl: sim.restUrl, signer, clock, frameLog: frames, log })
    const watch = new OrderWatch()
    const state = { halted: false, connected: 0 }
    const runaway = new RunawayLimiter({
      groups: createOrderGroups(rest),
      contracts: quantity(contracts),
      required: true,
      shards: () => [0],
      halted: () => state.halted,
      onTriggered: () => void (state.halted = true),
      clock,
      log,
    })
    const entry = createKalshiOrderEntry({ rest, account: 'alpha', clock, log, watch, runaway, offset: signer.offset, shardOf: () => 0 })
    const feed = createKalshiFeed({
      ...{ wsUrl: sim.wsUrl, signer, directory: new BookDirectory(), frameLog: frames, clock, log, random: () => 0 },
      onFill: (fill) => watch.onFill(fill),
      onOrder: (order) => watch.onOrder(order),
      onGroup: ({ groupId, event }) => runaway.heard(groupId, event),
    })
    const ended = new AbortController()
    const running = feed.run((event) => void (state.connected += event.kind === 'connected' ? 1 : 0), ended.signal)
    open.push(
      () => rest.close(),
      () => running,
      () => ended.abort(),
    )
    return { rest, watch, runaway, entry, state, frames }
  }

  beforeEach(async () => {
    sim = await RunningSim.start(kalshiScenario())
  })
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close()
    await sim.stop()
  })

  /** An order of which the channel tells: then the private channels are up. */
  async function listening({ entry, watch }: ReturnType<typeof connect>): Promise<void> {
    await eventually(async () => {
      const order = { ...buy('reducing'), limit: price('0.51') }
      await entry.place(order, free, never)
      for (let looks = 0; looks < 20 && !watch.told(order.clientOrderId)?.end; looks++)
        await new Promise((resolve) => setTimeout(resolve, 5))
      return watch.told(order.clientOrderId)?.end ?? null
    })
  }

  it('E12 an order whose answer was lost is known by the private channels, without a list', async () => {
    const at = connect('100')
    await at.runaway.look(never)
    await listening(at)
    await sim.fault('error_after_accept')
    const order = buy()
    expect(await at.entry.place(order, free, never)).toEqual({ kind: 'unknown', cause: 'server-error' })
    await eventually(() => at.watch.told(order.clientOrderId)?.end ?? null)
    const reads = at.rest.budget().find(({ bucket }) => bucket === 'read')?.level
    expect(await at.entry.find(order, never)).toEqual({ kind: 'done', filled: 100 })
    expect(at.rest.budget().find(({ bucket }) => bucket === 'read')?.level).toBeGreaterThanOrEqual(reads ?? Infinity)
    const final = await eventually(() => at.entry.finalise(order, never))
    expect(final.fills).toMatchObject([{ quantity: 100, price: 5_200, fee: 17_500 }])
  })

  it('E27 the venue’s own limiter stops openings, lets the rest go, and opens again after the resume', async () => {
    const at = connect('1')
    await at.runaway.look(never)
    expect(at.runaway.allows(0)).toMatchObject({ kind: 'allowed', groupId: expect.any(String) as string })
    expect(await at.entry.place(buy(), free, never)).toEqual({ kind: 'done', filled: 100 })
    // whether the venue triggers at its limit or above it (its documents say both), ours is above
    await at.entry.place(buy(), free, never)
    await eventually(() => at.state.halted || null)
    expect(await at.entry.place(buy(), free, never)).toMatchObject({ kind: 'rejected', reason: 'halted' })
    expect(await at.entry.place(buy('reducing'), free, never)).toEqual({ kind: 'done', filled: 100 })
    await at.runaway.look(never)
    at.state.halted = false
    await at.runaway.look(never)
    expect(await at.entry.place({ ...buy(), limit: price('0.51') }, free, never)).toEqual({ kind: 'done', filled: 0 })
  })
})
