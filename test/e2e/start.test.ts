import fs from 'node:fs'
import { expectBalanced, shortScenario, Stack, temporaryData, type TradeJson } from './stack'

/** Cold start, thirty-four seconds of tape, settlement, and a second start: with room for a machine that does something else beside. */
jest.setTimeout(300_000)
const UP_MS = 120_000
const TAPE_AND_SETTLEMENT_MS = 120_000
/** The prints until 15:27: eleven gaps that paid. */
const LINES = 28
const SPEED = 60

describe('npm start', () => {
  const dataDir = temporaryData()
  const scenario = shortScenario(LINES, SPEED)
  let stack = new Stack(dataDir, scenario)

  afterAll(async () => {
    await stack.interrupt()
    fs.rmSync(dataDir, { recursive: true, force: true })
    fs.rmSync(scenario, { recursive: true, force: true })
  })

  it('comes up and says where to look', async () => {
    await stack.says('Where to look', UP_MS)
    expect(stack.stderr).toContain('npx crossbook status')
  })

  it('locks boxes, settles them, and its ledger equals the venues', async () => {
    await stack.until('trades locked, settled and realised', TAPE_AND_SETTLEMENT_MS, async () => {
      const trades = await stack.ask<TradeJson[]>('trades', '--limit', '500')
      const locked = trades.filter(({ outcome }) => outcome === 'locked')
      return locked.length >= 5 && trades.every(({ pnlKind }) => pnlKind === 'realised')
    })
    await expectBalanced(stack)
  })

  it('answers status with every service up and both feeds connected', async () => {
    const status = await stack.ask<{ services: { name: string; state: string }[]; feeds: { state: string }[]; halts: unknown[] }>('status')
    expect(status.services.filter(({ state }) => state !== 'up')).toEqual([])
    expect(status.feeds.map(({ state }) => state)).toEqual(['connected', 'connected'])
    expect(status.halts).toEqual([])
  })

  it('halts and resumes by command (E26)', async () => {
    const halted = await stack.ask<{ epoch: number }>('halt', '--scope', 'all', '--reason', 'test')
    const halts = (await stack.ask<{ halts: { scope: string }[] }>('status')).halts
    expect(halts.map(({ scope }) => scope)).toEqual(['all'])
    const resumed = await stack.ask<{ epoch: number }>('resume', '--scope', 'all', '--reason', 'test')
    expect(resumed.epoch).toBeGreaterThan(halted.epoch)
    expect((await stack.cli('halt', '--scope', 'moon', '--reason', 'x')).code).toBe(2)
  })

  it('runs its schedules with cron expressions', async () => {
    const schedules = await stack.ask<{ id: string; paused: boolean }[]>('schedules', 'list')
    expect(schedules.map(({ id }) => id).sort()).toEqual([
      'ingestContracts',
      'ingestMarkets',
      'killDrill',
      'reconcileSweep',
      'settle',
      'sweepOwners',
      'tieOut',
    ])
  })

  it('stops everything it started on Ctrl-C, and starts again with yesterday’s trades', async () => {
    const before = await stack.ask<TradeJson[]>('trades', '--limit', '500')
    const first = await stack.interrupt()
    expect(first.code).toBe(0)
    expect(fs.readdirSync(`${dataDir}/run`).filter((file) => file.endsWith('.pid') || file.endsWith('.pid.json'))).toEqual([])
    stack = new Stack(dataDir, scenario)
    await stack.says('Where to look', UP_MS)
    const after = await stack.ask<TradeJson[]>('trades', '--limit', '500')
    expect(after.map(({ tradeId }) => tradeId)).toEqual(expect.arrayContaining(before.map(({ tradeId }) => tradeId)))
  })
})
