import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OrderCallback } from '../../../src/venues/forecastex/wire/messages'
import { isAboutOrder } from '../../../src/venues/forecastex/wire/messages'
import { marketId, orderId, tradeId } from '../../../src/core/ids'
import { millis, price, quantity, type Money } from '../../../src/core/units'
import { applyCallback, filledOf, isEnded, newOrder } from '../../../src/venues/forecastex/wire/order-state'
import { atEnd, forever, RawGateway, startGateway, stopAll, until } from './rig'

afterEach(stopAll)

/** Beside the repository, where the shared recordings lie. */
const RECORDING = join(__dirname, '../../../../shared/data/ibkr/order_lifecycle_20230224.jsonl')
/** The protocol version of the recording: its openOrder has the fields of this one. */
const RECORDED_VERSION = '165'
/** The recording ends every frame with two empty tokens of its own. */
const EXTRA_TOKENS = 2
const recorded = existsSync(RECORDING) ? it : it.skip

function frames(): readonly (readonly string[])[] {
  return readFileSync(RECORDING, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { direction: string; fields: readonly string[] })
    .flatMap(({ direction, fields }) => (direction === 'from_tws' ? [fields.slice(0, -EXTRA_TOKENS)] : []))
}

/** A market order for 100 shares on an exchange that trades shares: only its numbers are ours to read. */
const TERMS = {
  clientOrderId: orderId(tradeId('t1'), 'a', 1),
  clientId: 100,
  account: 'DU1236109',
  market: marketId('76792991'),
  outcome: 'yes',
  conId: 76792991,
  oppositeConId: 76792992,
  timeInForce: 'IOC',
  quantity: quantity('100'),
  limit: price('0.5'),
} as const

describe(`a recorded order of a real gateway${existsSync(RECORDING) ? '' : ` (skipped: ${RECORDING} is not there)`}`, () => {
  recorded('reads without a complaint and ends filled, with its commission', async () => {
    const server = new RawGateway()
    server.version = RECORDED_VERSION
    atEnd(() => server.close())
    const { gateway } = startGateway(await server.listen())
    const heard: OrderCallback[] = []
    const fees = new Map<string, Money>()
    const complaints: string[] = []
    gateway.listen(({ callback, unreadable }) => {
      if (unreadable !== null || (callback?.kind === 'notice' && callback.code === 505)) complaints.push(unreadable ?? 'not decoded')
      if (callback?.kind === 'commission') fees.set(callback.execId, callback.fee)
      if (callback && isAboutOrder(callback)) heard.push(callback)
    })
    await gateway.whenUp(forever)
    for (const fields of frames()) server.send(...fields)
    await until('the commission report', () => fees.size === 1)
    const state = heard.reduce((before, callback) => applyCallback(before, callback, millis(0), null), newOrder(TERMS, 13))
    expect(complaints).toEqual([])
    expect(heard.map(({ kind }) => kind)).toEqual(['openOrder', 'orderStatus', 'execution', 'openOrder', 'orderStatus', 'openOrder'])
    expect([filledOf(state), isEnded(state), state.permId]).toEqual([10_000, true, 1_376_327_563])
    expect([...fees]).toEqual([['00025b46.63f8f39c.01.01', 1_000_000]])
  })
})
