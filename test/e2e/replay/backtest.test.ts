import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { Game } from '../../replay/backtest/game'
import { SyntheticCapture } from '../../replay/synthetic'
import { temporaryDirectory } from '../../stores/doubles'

/** Eight runs of some milliseconds, each a thread that loads the product. */
jest.setTimeout(120_000)
const ROOT = path.join(__dirname, '..', '..', '..')
const run = promisify(execFile)

interface Swept {
  readonly runs: readonly {
    readonly values: { readonly phantom: string; readonly fees: string }
    readonly trades: number
    readonly sold: { readonly contracts: string }
    readonly sha256: string
  }[]
}

async function backtestOf(files: readonly string[], ...options: readonly string[]): Promise<unknown> {
  const args = [path.join('dist', 'cli', 'main.js'), 'backtest', '--from', ...files, '--json', ...options]
  return JSON.parse((await run(process.execPath, args, { cwd: ROOT })).stdout)
}

describe('a sweep of backtests', () => {
  const root = temporaryDirectory()

  it('gives the same results in the same order, however many threads there are; and each is that of a run of its own', async () => {
    const capture = new SyntheticCapture(root).opened().snapshot().ask('no', 0.5, 20)
    for (let seconds = 0; seconds < 5; seconds++) capture.wait(1_000).gateway('currentTime', capture.at() / 1_000)
    const files = await capture.files()
    const backtest = (...options: readonly string[]): Promise<unknown> => backtestOf(files, ...options)
    const axes = ['--sweep', 'phantom=0,0.7', '--sweep', 'fees=then,today']
    const one = (await backtest(...axes, '--threads', '1')) as Swept
    expect(one.runs.map(({ values }) => Object.values(values).join(' '))).toEqual(['0 then', '0 today', '0.7 then', '0.7 today'])
    expect(await backtest(...axes, '--threads', '3')).toEqual(one)
    expect(one.runs[2]?.sha256).not.toBe(one.runs[0]?.sha256)
    expect(await backtest('--set', 'phantom=0.7')).toMatchObject({ sha256: one.runs[2]?.sha256, trades: 1 })
  })
  it('sells what edges hold in every thread as in a run of its own', async () => {
    const game = new Game(undefined, 6_000).bought().pass(2_000).odds().pass(3_000).bid('4.00').pass(30_000)
    const files = [game.written(path.join(root, 'game.ndjson.gz'))]
    const axes = ['--sweep', 'phantom=0,0.5']
    const one = (await backtestOf(files, ...axes, '--threads', '1')) as Swept
    expect(await backtestOf(files, ...axes, '--threads', '2')).toEqual(one)
    // half of four, and half of what is left of them when it is tried again
    expect(one.runs.map(({ sold }) => sold.contracts)).toEqual(['4.00', '3.00'])
    expect(await backtestOf(files, '--set', 'phantom=0.5')).toMatchObject({ sha256: one.runs[1]?.sha256, sold: { contracts: '3.00' } })
  })
})
