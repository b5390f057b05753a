import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { movableClock, type ClockKeeper } from '../../src/sim/clock'
import { clockFile } from '../../src/sim/clock-file'

const HOUR_MS = 3_600_000
const NEVER = (): void => {
  throw new Error('ran before its time')
}
/** A keeper without a file, and all that it was told. */
function kept(aheadMs: number | null = null): ClockKeeper & { readonly written: number[] } {
  const written: number[] = []
  return { read: () => aheadMs, write: (ms) => void written.push(ms), written }
}

describe('a simulator whose clock can be moved', () => {
  it('begins at its start, and goes on as the machine does', () => {
    const clock = movableClock(Date.parse('2027-01-13T00:00:00Z'), kept())
    expect(new Date(clock.nowMs()).toISOString().slice(0, 16)).toBe('2027-01-13T00:00')
  })

  it('does not begin again: an earlier process has left it ahead', () => {
    expect(movableClock(0, kept(HOUR_MS)).nowMs()).toBeGreaterThanOrEqual(Date.now() + HOUR_MS - 1_000)
  })

  it('runs what it jumps over in the order of its time and at its time, once, with what that arms', () => {
    const clock = movableClock(Date.now(), kept())
    const startMs = clock.nowMs()
    const ran: [string, number][] = []
    const note = (name: string) => (): void => void ran.push([name, Math.round((clock.nowMs() - startMs) / 60_000)])
    clock.after(2 * HOUR_MS, note('second'))
    clock.after(HOUR_MS, () => {
      note('first')()
      clock.after(HOUR_MS / 2, note('armed by the first'))
    })
    clock.after(4 * HOUR_MS, NEVER)
    clock.after(HOUR_MS, NEVER)() // cancelled
    clock.advance(3 * HOUR_MS)
    expect(ran).toEqual([
      ['first', 60],
      ['armed by the first', 90],
      ['second', 120],
    ])
    expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(3 * HOUR_MS)
  })

  it('is told before anything happens in the new time', () => {
    const keeper = kept(0)
    const clock = movableClock(0, keeper)
    const told: number[] = []
    clock.after(HOUR_MS, () => told.push(keeper.written.at(-1) ?? -1))
    clock.advance(2 * HOUR_MS)
    expect(told).toEqual([2 * HOUR_MS])
  })

  it('makes up for no beat that it jumps over: the next one comes at once', async () => {
    const clock = movableClock(0, kept(0))
    let beats = 0
    const beaten = new Promise<void>((resolve) => void clock.beat(1_000, () => resolve(void beats++)))
    clock.advance(HOUR_MS)
    expect(beats).toBe(0)
    await beaten
  })

  it('what a jump leaves over is due that much sooner', async () => {
    const clock = movableClock(0, kept(0))
    const done = new Promise<void>((resolve) => void clock.after(HOUR_MS, resolve))
    clock.advance(HOUR_MS - 20)
    await done
  })
})

describe('the file of a clock', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-clock-'))
  const file = path.join(folder, 'clock.json')
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  it('is written over in place, always as long, so that its readers can keep it open', () => {
    const keeper = clockFile(file)
    expect(keeper.read()).toBeNull()
    for (const aheadMs of [-5, 12_345_678_901, 0]) {
      keeper.write(aheadMs)
      expect([keeper.read(), fs.statSync(file).size]).toEqual([aheadMs, 64])
    }
  })

  it('of something else is refused', () => {
    fs.writeFileSync(file, '{"role":"owner"}')
    expect(() => clockFile(file).read()).toThrow('holds no clock of a simulator')
  })
})
