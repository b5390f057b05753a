import { recordings } from '../fakes'
import { agreed, scanned } from './agreement'
import { frames, OTHERS, windows } from './samples'

/** All windows are 862 thousand frames, some minutes: CROSSBOOK_LONG=1. Otherwise the first of some windows, openings and closes in them. */
const isLong = process.env.CROSSBOOK_LONG === '1'
const SLICE = 2_500
const some = (): string[] => windows().filter((name, i) => i % 6 === 0 || name.includes('102000-00_2026-08-11'))

recordings('every recorded frame says the same to the scanner, the general parser and a plain reading', () => {
  it.each(OTHERS)('%s', (name) => {
    const kinds = frames(name).map((frame) => agreed(Buffer.from(frame)).kind)
    // tickers with integer cents, of before 2026, are refused and never misread
    expect(kinds.filter((kind) => kind === 'unreadable')).toHaveLength(name.includes('message_samples') ? 2 : 0)
  })

  it.each(isLong ? windows() : some())('%s', (name) => {
    const all = frames(name)
    const part = isLong ? all : [...all.slice(0, SLICE), ...all.slice(-SLICE)]
    const kinds = new Map<string, number>()
    const counts = scanned(() => {
      for (const frame of part) {
        const { kind } = agreed(Buffer.from(frame))
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      }
    })
    if (isLong) process.stdout.write(`${name}: ${JSON.stringify(Object.fromEntries(kinds))}\n`)
    expect([...kinds.keys()].filter((kind) => !['delta', 'snapshot', 'trade'].includes(kind))).toEqual([])
    expect(counts).toEqual({ scanned: part.length, left: {} })
  })
})
