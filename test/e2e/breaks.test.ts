import fs from 'node:fs'
import { Rig } from './faults/rig'
import { configWith, expectBalanced } from './stack'

/** Two accidents of half a minute each, on a machine that does something else beside. */
jest.setTimeout(300_000)
/** What opens or lifts a break: some looks, and as much again for a busy machine. */
const LOOKS_MS = 60_000
/** Half the shipped grace: nothing here settles while a break is waited for. */
const RECONCILIATION = 'reconciliation: { every_ms: 1000, grace_ms: 15000 }'

interface Break {
  readonly id: number
  readonly venue: string
  readonly kind: string
  readonly subject: string
  readonly market: string | null
  readonly contracts: string
  readonly cashMicros: number
  readonly ageMs: number
  readonly state: string
}
interface Bars {
  readonly bars: readonly { readonly venue: string; readonly market: string | null; readonly by: string }[]
}

describe('breaks, on the real servers and both simulated venues', () => {
  const config = configWith(RECONCILIATION)
  let rig: Rig
  beforeAll(async () => {
    rig = new Rig(['stranger', 'sound'], {}, undefined, () => ({ CROSSBOOK_CONFIG: config }))
    await rig.up()
  })
  afterAll(async () => {
    await rig.down()
    fs.rmSync(config, { recursive: true, force: true })
  })

  const breaks = (...args: string[]): Promise<readonly Break[]> => rig.stack.ask<Break[]>('breaks', 'list', ...args)
  const bars = async (): Promise<Bars['bars']> =>
    ((await rig.stack.streaming<Bars>())?.bars ?? []).filter(({ by }) => by === 'reconciliation')
  const opened = (n: number): Promise<void> => rig.stack.until(`${n} open breaks`, LOOKS_MS, async () => (await breaks()).length === n)
  const resolved = async (id: number, as: string): Promise<void> => {
    expect((await rig.stack.cli('breaks', 'resolve', String(id), '--reason', 'the treasurer, by hand', '--as', as)).code).toBe(0)
    await rig.stack.until('no bar is left', LOOKS_MS, async () => (await bars()).length === 0)
  }
  const sent = (): number => rig.wire.ids().size

  it('a box leaves no break', async () => {
    expect(await rig.result(await rig.taken('sound'))).toMatchObject({ outcome: 'locked' })
    expect(await breaks('--all')).toEqual([])
  })

  it('what a stranger bought is one break that bars its market and no other, and nothing is traded for it', async () => {
    const before = sent()
    await rig.ibkr('hand_trade', { con_id: rig.listing('stranger').yesConId, price: '0.45', size: 3 })
    await opened(1)
    const [found] = await breaks()
    expect(found).toMatchObject({ venue: 'forecastex', kind: 'position', contracts: '3.00', state: 'open' })
    expect(found?.cashMicros).toBeLessThan(-1_350_000 + 1)
    expect(found?.ageMs).toBeGreaterThanOrEqual(0)
    await rig.stack.until('the bar', LOOKS_MS, async () => (await bars()).some(({ market }) => market === found?.market))
    await rig.offer('stranger')
    expect(await rig.result(await rig.taken('sound'))).toMatchObject({ outcome: 'locked' }) // another pair trades on
    await rig.wire.look()
    expect(sent() - before).toBe(2) // the two legs of that box, and nothing else
    await rig.outbid('stranger', 10) // our box would net what the stranger holds
    await resolved(found?.id ?? 0, 'suspense')
    expect(await breaks()).toEqual([])
  })

  it('cash that moved by itself is one break that bars the venue, until it stands in suspense', async () => {
    const before = sent()
    await rig.kalshi('cash', { amount: '-25.00' })
    await opened(1)
    const [found] = await breaks()
    expect(found).toMatchObject({ venue: 'kalshi', kind: 'cash', subject: 'kalshi', market: null, cashMicros: -25_000_000 })
    await rig.stack.until('the bar', LOOKS_MS, async () =>
      (await bars()).some(({ venue, market }) => venue === 'kalshi' && market === null),
    )
    await rig.wire.look()
    expect(sent()).toBe(before)
    await resolved(found?.id ?? 0, 'suspense')
    expect(await rig.result(await rig.taken('sound'))).toMatchObject({ outcome: 'locked' })
    expect(await breaks()).toEqual([])
    await expectBalanced(rig.stack)
  })
})
