import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Rig } from './faults/rig'
import { expectBalanced } from './stack'

jest.setTimeout(150_000)

const CONFIG = path.join(__dirname, '..', '..', 'config')
/** What ForecastEx bids for NO: its YES can be bought at 0.55, so a leg there has a way back. */
const NO_BID = '0.45'
/** At Kalshi's ask: whoever bids it takes the box away. */
const ASK = '0.40'

/** The configuration of the repository with the other leg order. */
function byExpectedValue(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
  fs.cpSync(CONFIG, folder, { recursive: true })
  const file = path.join(folder, 'venues.yaml')
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/^box:$/m, 'box:\n  leg_order: by-expected-value'))
  return folder
}

/** A way back at ForecastEx, then the box. @returns the trade's id. */
async function taken(rig: Rig, pair: string): Promise<string> {
  await rig.ibkr('external_order', { con_id: rig.listing(pair).noConId, price: NO_BID, size: 20 })
  return rig.taken(pair)
}

describe('box.leg_order: by-expected-value, on the real servers and both simulated venues', () => {
  const folder = byExpectedValue()
  const before = process.env['CROSSBOOK_CONFIG']
  let rig: Rig
  beforeAll(async () => {
    process.env['CROSSBOOK_CONFIG'] = folder
    rig = new Rig(['whole', 'fraction', 'netted', 'no-way-back'])
    await rig.up()
  })
  afterAll(async () => {
    await rig.down()
    fs.rmSync(folder, { recursive: true, force: true })
    if (before === undefined) delete process.env['CROSSBOOK_CONFIG']
    else process.env['CROSSBOOK_CONFIG'] = before
  })

  it('ForecastEx opens, Kalshi reduces, and the box is locked', async () => {
    const id = await taken(rig, 'whole')
    expect(await rig.result(id)).toEqual({ outcome: 'locked', filled: { a: 10, b: 10 } })
    const { legs } = await rig.ended(id)
    expect(legs.map(({ venue, clientOrderId }) => `${venue} ${clientOrderId.slice(-2)}`)).toEqual(['forecastex a1', 'kalshi b2'])
  })

  it('E15 Kalshi leaves two contracts and a half: two are netted at ForecastEx, half a contract is dust', async () => {
    await rig.kalshi('fault', { name: 'fractional_fill', left: '2.50', ticker: rig.listing('fraction').ticker })
    const id = await taken(rig, 'fraction')
    expect(await rig.result(id)).toEqual({ outcome: 'partly-locked', filled: { a: 10, b: 7.5, c: 2 } })
    const { result } = await rig.stack.ask<{ result: { dust: number } }>('trade', id)
    expect(result.dust).toBe(50)
  })

  it('E12 E21 the answer of ForecastEx is lost and Kalshi is gone when it is found: netted at ForecastEx', async () => {
    const { ticker, noConId } = rig.listing('netted')
    await rig.ibkr('fault', { name: 'accept_then_drop', con_id: noConId })
    const id = await taken(rig, 'netted')
    await rig.kalshi('external_order', { ticker, side: 'bid', price: ASK, count: '10' })
    expect(await rig.result(id)).toMatchObject({ outcome: 'unwound', filled: { a: 10, c: 10 } })
  })

  it('E10 Kalshi is first where ForecastEx shows no way back', async () => {
    const id = await rig.taken('no-way-back')
    const { legs } = await rig.ended(id)
    expect(legs.map(({ venue }) => venue)).toEqual(['kalshi', 'forecastex'])
  })

  it('after all of it: everything settled, the ledger proves itself and equals both venues (I9)', async () => {
    await rig.settleAll()
    await expectBalanced(rig.stack)
    expect(rig.wire.sentTwice()).toEqual([])
    expect(await rig.wire.sentLate()).toEqual([])
  })
})
