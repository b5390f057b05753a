import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Config } from '../../../src/config/load'
import type { Clock } from '../../../src/ports/clock'
import { clockFile } from '../../../src/sim/clock-file'
import type * as clockModule from '../../../src/wiring/clock'

const HOUR_MS = 3_600_000
const HOUR_NS = 3_600_000_000_000n
/** A busy machine. */
const SLACK_MS = 5_000

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-clock-'))
const file = path.join(folder, 'clock.json')
const keeper = clockFile(file)
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const configOf = (mode: string, clockPath?: string): Config => ({ mode, endpoints: { clockFile: clockPath } }) as unknown as Config

/** A process lives in one time: each test in one of its own. */
function inAProcess(config: Config): Clock {
  jest.resetModules()
  const { followClock, systemClock } = jest.requireActual<typeof clockModule>('../../../src/wiring/clock')
  const clock = systemClock()
  followClock(config)
  return clock
}

describe('the clock of a process', () => {
  beforeEach(() => keeper.write(HOUR_MS))

  it('is the machine’s, where no file is named', () => {
    const clock = inAProcess(configOf('sim'))
    expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(SLACK_MS)
  })

  it('is ahead by what the file says, at each question, also where it was made before the file was named', () => {
    const clock = inAProcess(configOf('sim', file))
    expect(Math.abs(clock.nowMs() - Date.now() - HOUR_MS)).toBeLessThan(SLACK_MS)
    keeper.write(3 * HOUR_MS)
    expect(Math.abs(clock.nowMs() - Date.now() - 3 * HOUR_MS)).toBeLessThan(SLACK_MS)
  })

  it('counts the moves in monotonic time as well, from the machine’s at its start', () => {
    const clock = inAProcess(configOf('sim', file))
    const slackNs = BigInt(SLACK_MS) * 1_000_000n
    expect(clock.monoNs() - process.hrtime.bigint()).toBeLessThan(slackNs)
    keeper.write(2 * HOUR_MS)
    expect(clock.monoNs() - process.hrtime.bigint()).toBeGreaterThan(HOUR_NS - slackNs)
  })

  it('wakes who sleeps past a time that was jumped over, and nobody else', async () => {
    const clock = inAProcess(configOf('sim', file))
    const ended = new AbortController()
    const woken = clock.sleep(HOUR_MS, ended.signal)
    const asleep = clock.sleep(3 * HOUR_MS, ended.signal)
    keeper.write(3 * HOUR_MS)
    await woken
    ended.abort()
    await expect(asleep).rejects.toThrow('aborted')
  })

  it('is the machine’s in every mode but sim, and a file that says otherwise is refused', () => {
    expect(() => inAProcess(configOf('paper', file))).toThrow('mode paper lives by the machine')
  })

  it('a file that is none, or of something else, is refused in one sentence', () => {
    expect(() => inAProcess(configOf('sim', path.join(folder, 'absent')))).toThrow('cannot be followed: ENOENT')
    fs.writeFileSync(path.join(folder, 'other'), 'nine o’clock')
    expect(() => inAProcess(configOf('sim', path.join(folder, 'other')))).toThrow('no clock of a simulation')
  })
})
