import fs from 'node:fs'
import { Rig } from './faults/rig'
import { configWith, expectBalanced } from './stack'

jest.setTimeout(240_000)
/** A difference is a break sooner here: nothing is in flight that it could be. */
const RECONCILIATION = 'reconciliation: { every_ms: 1000, grace_ms: 5000 }'
const BREAK_MS = 60_000

interface BreakJson {
  readonly id: number
  readonly venue: string
  readonly market: string | null
  readonly contracts: string
  readonly state: string
}
interface ResultJson {
  readonly label: string
  readonly locked: number
  readonly flat: number
  readonly held: number
}

const config = configWith(RECONCILIATION)
const rig = new Rig(['closed', 'hedged'], {}, undefined, () => ({ CROSSBOOK_CONFIG: config }))
beforeAll(() => rig.up())
afterAll(async () => {
  await rig.down()
  fs.rmSync(config, { recursive: true, force: true })
})

/** A person buys NO at the gateway, from what somebody else offers. @returns the break that it becomes. */
async function bought(pair: string, size: number): Promise<BreakJson> {
  const { yesConId, noConId } = rig.listing(pair)
  await rig.ibkr('external_order', { con_id: yesConId, price: '0.50', size: 20 })
  await rig.ibkr('manual_order', { con_id: noConId, price: '0.50', size, tif: 'DAY' })
  let found: BreakJson | undefined
  await rig.stack.until(`a break of ${pair}`, BREAK_MS, async () => {
    const breaks = await rig.stack.ask<BreakJson[]>('breaks', 'list')
    found = breaks.find(({ market, contracts }) => market === String(yesConId) && contracts !== '0')
    return found !== undefined
  })
  return found as BreakJson
}
const adopt = (id: number): Promise<object> => rig.stack.ask('breaks', 'adopt', String(id), '--price', '0.50', '--reason', 'bought by hand')
const positions = async (): Promise<readonly string[]> => {
  const { positions: held } = await rig.stack.ask<{ positions: { venue: string; side: string; quantity: string }[] }>('status')
  return held.map(({ venue, side, quantity }) => `${venue} ${side} ${quantity}`)
}

describe('contracts that a person bought, on the real servers and both simulated venues', () => {
  it('become a break, are adopted, and are closed by an order; then nothing is held and nothing differs', async () => {
    const found = await bought('closed', 5)
    expect(found).toMatchObject({ venue: 'forecastex', contracts: '-5.00' })
    await adopt(found.id)
    expect(await positions()).toEqual(['forecastex no 5.00'])
    await expectBalanced(rig.stack)
    await rig.ibkr('external_order', { con_id: rig.listing('closed').noConId, price: '0.48', size: 20 })
    const result = await rig.stack.ask<ResultJson>('breaks', 'close', String(found.id), '--max-loss', '1.00')
    expect(result).toMatchObject({ label: 'unwound', flat: 500, held: 0 })
    expect(await positions()).toEqual([])
    await expectBalanced(rig.stack)
  })

  it('or are hedged at the other venue, and are a box then', async () => {
    const found = await bought('hedged', 4)
    await adopt(found.id)
    await rig.command('halt', 'all') // a box may be there for the system too
    await rig.kalshi('external_order', { ticker: rig.listing('hedged').ticker, side: 'ask', price: '0.45', count: '10' })
    const result = await rig.stack.ask<ResultJson>('breaks', 'hedge', String(found.id), '--max-loss', '1.00')
    expect(result).toMatchObject({ label: 'locked', locked: 400, held: 0 })
    expect((await positions()).toSorted()).toEqual(['forecastex no 4.00', 'kalshi yes 4.00'])
    await expectBalanced(rig.stack)
  })
})
