import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { BacktestOptions } from '../../../src/cli/replay'
import { backtest } from '../../../src/cli/verbs/backtest/backtest'
import { SyntheticCapture, TICKER, YES_ID } from '../../replay/synthetic'
import { temporaryDirectory } from '../../stores/doubles'

const root = temporaryDirectory()
let files: readonly string[] = []
let printed: string[] = []

beforeAll(async () => {
  process.env['CROSSBOOK_CONFIG'] = path.join(__dirname, '../../../config')
  const capture = new SyntheticCapture(root).opened().snapshot().ask('no', 0.5, 20)
  for (let seconds = 0; seconds < 5; seconds++)
    capture
      .wait(1_000)
      .kalshi(['pong'])
      .gateway('currentTime', capture.at() / 1_000)
  files = await capture.files()
})
beforeEach(() => {
  printed = []
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
})
afterEach(() => jest.restoreAllMocks())
afterAll(() => {
  delete process.env['CROSSBOOK_CONFIG']
})

const asked = (options: Partial<BacktestOptions> = {}): BacktestOptions => ({
  from: files,
  sequence: 'check',
  set: [],
  sweep: [],
  cash: '1000',
  ...options,
})
const said = (): string => printed.join('')
/** A line of settlements for each venue. */
function settlements(...lines: readonly object[]): string {
  const file = path.join(root, `settlements-${lines.length}.ndjson`)
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'))
  return file
}
const PAID = { yes_pays: '1.00', at: '2026-11-23T00:00:00Z' }
const BOTH = [
  { venue: 'kalshi', market: TICKER, ...PAID },
  { venue: 'forecastex', market: String(YES_ID), ...PAID },
]

describe('crossbook backtest', () => {
  it('trades over a capture, by the limits in it, and tells what is only guaranteed', async () => {
    expect(await backtest(asked({ json: true }))).toBe(0)
    expect(JSON.parse(said())).toMatchObject({
      opportunities: 1,
      trades: 1,
      labels: { locked: 1 },
      // ten YES at 0.40 with $0.17 of fees, ten NO at 0.50 with $0.10: a dollar a pair less that
      pnl: { realisedMicros: 0, guaranteedMicros: 732_000, openMicros: 0 },
      ledger: { sumMicros: 0, violations: [] },
      assumptions: { limits: 'those of the frames' },
    })
  })

  it('is paid by the settlements it is given, a leg each', async () => {
    await backtest(asked({ json: true, settlements: settlements(...BOTH) }))
    expect(JSON.parse(said())).toMatchObject({ pnl: { realisedMicros: 732_000, guaranteedMicros: 0 } })
  })

  it('writes the same report as a page, a table and a text', async () => {
    const out = path.join(root, 'page.html')
    await backtest(asked({ format: 'html', out }))
    expect(said()).toBe('')
    expect(readFileSync(out, 'utf8')).toMatch(/^<!doctype html>[^]*Content-Security-Policy[^]*<svg/)
    await backtest(asked({ format: 'csv' }))
    expect(said().split('\r\n')).toHaveLength(3) // a heading, one trade, the end of the last line
    printed = []
    await backtest(asked())
    expect(said()).toMatch(/P&L in all +\$0\.732/)
  })

  it('takes other limits from a file, with single ones changed', async () => {
    await backtest(asked({ json: true, limits: 'examples/first-trade/limits.yaml', set: ['max_contracts_per_trade=3', 'phantom=0'] }))
    expect(JSON.parse(said())).toMatchObject({ trades: 1, byPair: [{ locked: '3.00' }], assumptions: { phantom: '0' } })
  })

  it.each([
    [{ set: ['phantom=1.5'] }, /phantom is a share between 0 and 1/],
    [{ set: ['phantom'] }, /--set is written like/],
    [{ set: ['max_dayly_loss=5'], limits: 'config/limits.yaml' }, /did you mean "max_daily_loss"/],
    [{ set: ['max_daily_loss=5'] }, /name it with --limits/],
    [{ set: ['quote_life_ms=5'] }, /is of a recording/],
    [{ recording: 'unheard' }, /recordings are unemployment, gold/],
    [{ recording: 'gold', settlements: 'x' }, /a recording brings its own/],
    [{ cash: 'much' }, /much/],
    [{ format: 'pdf' }, /--format is one of/],
    [{ sweep: ['phantom=0,2'] }, /phantom is a share/],
    [{ sweep: ['seed=1'], format: 'html' }, /a sweep is a table/],
  ] as const)('%j is refused in a sentence', async (options, sentence) => {
    const one = 'recording' in options ? { from: [root] } : {}
    await expect(backtest(asked({ ...one, ...options }))).rejects.toThrow(sentence)
  })

  it('names file and line of a settlement that is none', async () => {
    const file = settlements({ ...BOTH[0], yes_pays: 'one' }, ...BOTH, ...BOTH)
    await expect(backtest(asked({ settlements: file }))).rejects.toThrow(/settlements-5\.ndjson line 1 is no settlement/)
  })
})
