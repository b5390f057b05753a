import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  affordable,
  atOnce,
  GATES,
  holds,
  notInFlight,
  openNow,
  paced,
  persistence,
  sameTops,
  changedSince,
  unclaimed,
  unhalted,
  waited,
  type Gate,
  type Gated,
  type Pace,
} from '../../../src/core/risk/gates'
import { BOX_CHECKS } from '../../../src/core/box/refusals'
import { subjectId, tradeId } from '../../../src/core/ids'
import { FOR_GOOD } from '../../../src/core/market/calendar'
import type { Claim } from '../../../src/core/risk/claims'
import type { Limits } from '../../../src/core/risk/limits'
import { millis } from '../../../src/core/units'
import { NOW, PAIR } from '../box/fixture'

const TRADE = tradeId('t1')
const LIMITS = { maxOpenTrades: 4, minOpeningGapMs: 100, maxOpeningsPerDay: 5, maxOpeningsPerMinute: 3 } as Limits
const PACE: Pace = { running: 0, sinceLastMs: Infinity, today: 0, inMinute: 0 }
const TOPS = [
  { price: 4_200, size: 10_000 },
  { price: 4_900, size: 8_000 },
]
const WAIT = { gate: GATES.coolDown, fromMs: NOW, forMs: 5_000 }
const WANTED = [
  { venue: 'kalshi', market: PAIR.kalshi, subject: PAIR.id, outcome: 'yes' },
  { venue: 'forecastex', market: PAIR.forecastex, subject: PAIR.id, outcome: 'no' },
] as const
const SUBJECT = { strategy: 'box', subject: PAIR.id, tradeId: TRADE, venues: ['kalshi'] } as const
const claim = (change: Partial<Claim>): Claim => ({
  ...{ venue: 'kalshi', market: PAIR.kalshi, subject: PAIR.id, outcome: 'yes', state: 'settling', holder: TRADE },
  ...change,
})
const heldBy = (held: Claim | null): Gated => unclaimed(WANTED, (venue) => (venue === held?.venue ? held : null))
const closing = (inMs: number): Gated => openNow(NOW, [{ what: 'the close at kalshi', fromMs: millis(NOW + inMs), untilMs: FOR_GOOD }], 0)
const FREE = 'free, or held for the same direction of this pair'
const OPPOSITE = `forecastex ${PAIR.forecastex}: held in the opposite direction (yes)`

describe('a gate refuses by its name and with both figures', () => {
  it.each<[Gate, Gated, string, string]>([
    ['limits known', holds(GATES.limits, false, 'not read yet', 'read'), 'not read yet', 'read'],
    ['edge persists', persistence({ ms: 200, confirmations: 0 }, 199, 50), '199 ms, 50 confirmations', '≥ 200 ms'],
    ['edge persists', persistence({ ms: 0, confirmations: 3 }, 900, 2), '900 ms, 2 confirmations', '≥ 3 confirmations'],
    ['edge persists', persistence({ ms: 200, confirmations: 3 }, 199, 2), '199 ms, 2 confirmations', '≥ 200 ms or ≥ 3 confirmations'],
    ['pair not in flight', notInFlight(TRADE), 'trade t1 is running', 'none'],
    ['trades at once', atOnce(20, 20), '21', '≤ 20'],
    ['cool-down', waited(WAIT, millis(NOW + 4_999)), '4999 ms', '≥ 5000 ms'],
    ['books changed since the last try', changedSince(TOPS, null), '10000 at 4200, 8000 at 4900 still', 'another price or size'],
    ['open trades', paced({ ...PACE, running: 4 }, LIMITS), '5', '≤ 4'],
    ['gap between openings', paced({ ...PACE, sinceLastMs: 99 }, LIMITS), '99 ms', '≥ 100 ms'],
    ['openings today', paced({ ...PACE, today: 5 }, LIMITS), '6', '≤ 5'],
    ['openings in a minute', paced({ ...PACE, inMinute: 3 }, LIMITS), '4', '≤ 3'],
    ['claims', heldBy(claim({ subject: subjectId('u4') })), `kalshi ${PAIR.kalshi}: held by u4`, FREE],
    ['claims', heldBy(claim({ outcome: 'no' })), `kalshi ${PAIR.kalshi}: held in the opposite direction (no)`, FREE],
    ['claims', heldBy(claim({ venue: 'forecastex', market: PAIR.forecastex })), OPPOSITE, FREE],
    ['claims', heldBy(claim({ state: 'exclusive' })), `kalshi ${PAIR.kalshi}: trade t1 is running`, FREE],
    ['no halt in force', unhalted(['pair:other', `pair:${PAIR.id}`], SUBJECT), `pair:${PAIR.id}`, 'none'],
    ['calendar', closing(600_000), '10 min 0 s to the close at kalshi', '> 10 min 0 s to the next edge'],
    ['calendar', openNow(NOW, null, 0), 'not known when the markets close', '> 10 min 0 s to the next edge'],
    ['request budget', affordable(false, () => [{ venue: 'kalshi', level: 9.5 }]), 'kalshi 9', 'one entry and four cures at both venues'],
  ])('%s', (gate, refusal, actual, limit) => {
    expect(refusal?.gate).toBe(gate)
    expect(refusal?.verdict()).toEqual({ check: gate, passed: false, actual, limit })
  })

  it.each<[string, Gated]>([
    ['a condition that holds', holds(GATES.lease, true, '', '')],
    ['no persistence asked for', persistence({ ms: 0, confirmations: 0 }, 0, 0)],
    ['long enough', persistence({ ms: 200, confirmations: 3 }, 200, 0)],
    ['confirmed often enough', persistence({ ms: 200, confirmations: 3 }, 0, 3)],
    ['nothing in flight', notInFlight(undefined)],
    ['one trade fewer', atOnce(19, 20)],
    ['no wait', waited(undefined, NOW)],
    ['a wait that is over', waited(WAIT, millis(NOW + 5_000))],
    ['something else than was tried', changedSince(null, null)],
    ['a pace within the limits', paced({ running: 3, sinceLastMs: 100, today: 4, inMinute: 2 }, LIMITS)],
    ['no claim', heldBy(null)],
    ['E7 its own lots in the same direction', heldBy(claim({}))],
    ['a halt of something else', unhalted(['venue:forecastex', 'strategy:edge'], SUBJECT)],
    ['a close that is far', closing(600_001)],
    ['tokens', affordable(true, () => [])],
  ])('and lets pass %s', (_what, refusal) => expect(refusal).toBeNull())
})

describe('what a find would lift', () => {
  it.each([
    ['price', 0],
    ['size', 0],
    ['price', 1],
    ['size', 1],
  ] as const)('is another one by the %s of leg %s', (figure, leg) => {
    expect(sameTops(TOPS, [...TOPS])).toBe(true)
    expect(
      sameTops(
        TOPS,
        TOPS.map((top, n) => (n === leg ? { ...top, [figure]: 1 } : top)),
      ),
    ).toBe(false)
  })
})

it('every check and gate has its heading in the runbook: whoever reads one on a screen looks there', () => {
  const runbook = readFileSync(path.join(__dirname, '../../../docs/runbook.md'), 'utf8')
  const headings = new Set(runbook.split('\n').flatMap((line) => (line.startsWith('### ') ? [line.slice(4)] : [])))
  const names: readonly string[] = [...Object.values(BOX_CHECKS), ...Object.values(GATES)]
  expect(names.filter((name) => !headings.has(name))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})
