import { spawn } from 'node:child_process'
import path from 'node:path'

/** Two stacks for fifteen episodes, on a machine that does something else beside. */
const LIMIT_MS = 900_000
jest.setTimeout(LIMIT_MS)
const SEEDS = '1..15'
const LANES = ['--lanes', '2', '--block', '8']

interface Report {
  readonly runs: number
  readonly faultsInjected: number
  readonly trades: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly violations: readonly { readonly seed: number; readonly invariant: string; readonly detail: string }[]
}

/** Runs the command as a user does. @returns its exit code and what it wrote. */
function chaos(...args: string[]): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [path.join(__dirname, '..', '..', 'dist', 'cli', 'main.js'), 'chaos', ...args])
  const out = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...out })))
}

describe('chaos', () => {
  it(`seeds ${SEEDS}: faults and kills at every step of many trades, and no invariant is violated (I1–I13)`, async () => {
    const { code, stdout, stderr } = await chaos('--seeds', SEEDS, ...LANES, '--json')
    if (code !== 0) process.stderr.write(stderr) // the timelines
    const { runs, faultsInjected, trades, outcomes, violations } = JSON.parse(stdout) as Report
    expect(violations).toEqual([])
    expect([code, runs]).toEqual([0, 15])
    expect(faultsInjected).toBeGreaterThan(30)
    expect(trades).toBeGreaterThan(15)
    expect(outcomes['locked'] ?? 0).toBeGreaterThan(5) // what was refused proves little
  })

  it('wrong usage is one sentence and exit code 2', async () => {
    const { code, stderr } = await chaos('--seeds', 'all')
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1])
  })
})
