import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { entryOf, reportOf, reportText, type Entry } from '../../src/chaos/report'
import { StateFile } from '../../src/chaos/resume'

const entry = (seed: number, change: Partial<Entry> = {}): Entry => ({
  ...{ seed, elapsedMs: 9_000, missed: 1, struck: { 'kill holder': 1 }, moments: { reserved: 1 }, outcomes: { locked: 2 }, violations: [] },
  ...change,
})

describe('what a run of chaos came to', () => {
  it('counts each fault, each moment and each outcome', () => {
    const struck = [
      { atMs: 1, untilMs: null, kind: 'kalshi', name: 'partial:0.4', at: 'offered of offer 1' },
      { atMs: 2, untilMs: 3, kind: 'kill', name: 'holder', at: '1370 ms' },
      { atMs: 3, untilMs: null, kind: 'others', name: 'outbid', at: 'its offer' },
    ] as const
    const found = entryOf({ seed: 4, struck, missed: 2, violations: [], evidence: null, elapsedMs: 5, outcomes: { locked: 1 } })
    expect(found.struck).toEqual({ 'kalshi partial': 1, 'kill holder': 1 })
    expect(found.moments).toEqual({ offered: 1, 'at random': 1 })
  })

  it('adds up, and keeps each violation with its seed', () => {
    const broken = entry(2, { outcomes: { locked: 1, unwound: 1 }, violations: [{ invariant: 'I1', detail: 'sent twice' }] })
    const report = reportOf([entry(1), broken])
    expect(report).toMatchObject({ runs: 2, faultsInjected: 2, missed: 2, trades: 4, outcomes: { locked: 3, unwound: 1 } })
    expect(report.violations).toEqual([{ seed: 2, invariant: 'I1', detail: 'sent twice' }])
    expect(reportText(report)).toContain('seed 2: I1: sent twice')
  })

  it('counts the seeds of a block that was cut short, and says which it was', () => {
    const report = reportOf([entry(1), entry(2), entry(21)], [{ first: 21, last: 40, runs: 1 }])
    expect(report).toMatchObject({ runs: 3, unfinished: [{ first: 21, last: 40, runs: 1 }] })
    expect(reportText(report)).toMatch(/^3 seeds, .*\nblock 21\.\.40 did not finish: 1 of its seeds were run/)
  })
})

describe('the state file of a long run', () => {
  const file = path.join(os.tmpdir(), `crossbook-chaos-state-${process.pid}.ndjson`)
  afterEach(() => fs.rmSync(file, { force: true }))

  it('tells of every finished block, and not of one that was cut short', () => {
    const state = new StateFile(file)
    expect(state.entries()).toEqual([])
    state.add([entry(1), entry(2)])
    state.add([entry(3)])
    fs.appendFileSync(file, '[{"seed":4,"elaps')
    expect(new StateFile(file).entries().map(({ seed }) => seed)).toEqual([1, 2, 3])
    state.add([entry(4)])
    expect(new StateFile(file).entries().map(({ seed }) => seed)).toEqual([1, 2, 3, 4])
  })

  it('is refused when it is something else', () => {
    fs.writeFileSync(file, 'seeds: 1..3\n')
    expect(() => new StateFile(file).entries()).toThrow(`${file} line 1 is not a finished block of chaos`)
  })
})
