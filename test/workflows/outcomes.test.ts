import type { TradeResult } from '../../src/core/trade/plan'
import { quantity } from '../../src/core/units'
import { boxPlan } from '../saga/plan'
import { rigOfFile } from './rig'
import { completing, done, HOLD, refusal, rejected, script, selling } from './script'

const rig = rigOfFile()
const vector = ({ label, locked, flat, held, dust }: TradeResult): object => ({ label, locked, flat, held, dust })
const NOTHING = { locked: 0, flat: 0, held: 0, dust: 0 }

describe('§5 how a trade ends', () => {
  it('refused: nothing is sent, every failed check is the reason', async () => {
    const plays = script({ reserve: () => refusal('cool-down', '1 ms') })
    const result = await rig.run(boxPlan('Refused'), plays)
    expect([vector(result), result.reason]).toEqual([{ label: 'refused', ...NOTHING }, 'cool-down: 1 ms'])
    expect(plays.happened).toEqual(['reserve', 'close refused'])
  })

  it('refused: no byte of the first leg left', async () => {
    const plays = script({ place: { a1: () => rejected('too-late') } })
    const result = await rig.run(boxPlan('TooLate'), plays)
    expect([vector(result), result.reason]).toEqual([{ label: 'refused', ...NOTHING }, 'too-late: as scripted'])
    expect(plays.happened).toEqual(['reserve', 'place a1 1000', 'close refused'])
  })

  it.each(['empty', 'rejected'] as const)('missed: the first leg was %s, the second is not sent', async (how) => {
    const plays = script({ place: { a1: () => (how === 'empty' ? done('0') : rejected('price')) } })
    expect(vector(await rig.run(boxPlan(`Missed${how}`), plays))).toEqual({ label: 'missed', ...NOTHING })
    expect(plays.happened.filter((what) => what.startsWith('place'))).toEqual(['place a1 1000'])
  })

  it('locked: both legs whole; what it was worth is the ledger’s to say', async () => {
    const plays = script()
    const result = await rig.run(boxPlan('Locked'), plays)
    expect(vector(result)).toEqual({ label: 'locked', ...NOTHING, locked: 1_000 })
    expect([result.reason, result.cures, result.realisedPnl]).toEqual(['', [], 620_000])
    expect(plays.happened).toEqual(['reserve', 'place a1 1000', 'place b2 1000', 'finish a1', 'finish b2', 'close locked'])
  })

  it('partly locked: the second leg filled in part, the rest was sold back', async () => {
    const plays = script({ place: { b2: () => done('6') }, cure: selling })
    expect(vector(await rig.run(boxPlan('Partly'), plays))).toEqual({ label: 'partly-locked', ...NOTHING, locked: 600, flat: 400 })
    expect(plays.happened.slice(5)).toEqual(['cure 400', 'place c4 400', 'finish c4', 'close partly-locked'])
  })

  it('E21 unwound: the second leg was rejected, the first is sold back', async () => {
    const plays = script({ place: { b2: () => rejected('price') }, cure: selling })
    const result = await rig.run(boxPlan('Unwound'), plays)
    expect(vector(result)).toEqual({ label: 'unwound', ...NOTHING, flat: 1_000 })
    expect([result.reason, result.cures.map(({ chosen }) => chosen.way)]).toEqual(['price: as scripted', ['sell']])
  })

  it('E23 held: the remainder fits the budget, and somebody chose it', async () => {
    const plays = script({ place: { b2: () => done('9') }, cure: () => HOLD })
    const result = await rig.run(boxPlan('Held'), plays)
    expect([vector(result), result.reason]).toEqual([{ label: 'held', ...NOTHING, locked: 900, held: 100 }, 'settle owns what remains'])
  })

  it('E15 dust: a fraction of the first leg stays, and is no cure', async () => {
    const plays = script({ place: { a1: () => done('7.37') } })
    const result = await rig.run(boxPlan('Dust'), plays)
    expect([vector(result), result.reason]).toEqual([{ label: 'locked', ...NOTHING, locked: 700, dust: 37 }, 'settle owns what remains'])
    expect(plays.happened).toContain('place b2 700')
    expect(plays.happened.some((what) => what.startsWith('cure'))).toBe(false)
  })
})

describe('§3 sizes', () => {
  it('I6 the second leg is what the first one’s own answer says', async () => {
    const plays = script({ place: { a1: () => done('4') } })
    expect(vector(await rig.run(boxPlan('Part'), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 400 })
    expect(plays.happened[2]).toBe('place b2 400')
  })

  it('E15 a cure is sized by finals: the answer of the first leg was two short', async () => {
    const plays = script({ place: { a1: () => done('4') }, finals: { a1: quantity('6') } })
    expect(vector(await rig.run(boxPlan('Late'), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 600 })
    expect(plays.happened.slice(3)).toEqual(['finish a1', 'finish b2', 'cure 200', 'place c3 200', 'finish c3', 'close locked'])
  })

  it('E2 every cure has an id of its own, and is final before the next is chosen', async () => {
    const halves = { c3: () => done('2'), c4: () => done('5') }
    const plays = script({ place: { b2: () => done('0'), ...halves }, cure: completing })
    expect(vector(await rig.run(boxPlan('Steps'), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 1_000 })
    expect(plays.happened.slice(5, -1)).toEqual([
      ...['cure 1000', 'place c3 1000', 'finish c3'],
      ...['cure 800', 'place c4 800', 'finish c4'],
      ...['cure 300', 'place c5 300', 'finish c5'],
    ])
  })
})

describe('what the operator sees', () => {
  it('is the whole trade, line by line', async () => {
    await rig.run(boxPlan('Story'), script({ place: { b2: () => rejected('price') }, cure: selling }))
    const details = await rig.details('box-Story')
    expect(
      details
        .split('\n')
        .filter((line) => line.startsWith('- **'))
        .map((line) => line.replace(/^- \*\*(.*?)\*\*.*$/, '$1')),
    ).toEqual([...['reserve', 'place a1', 'place b2', 'finish a1', 'cure', 'place c4', 'finish c4', 'end']])
    expect(details).toContain('### u3-25mar-41: Kalshi YES 0.4200 + ForecastEx NO 0.4900, 10.00 contracts, edge $0.62')
    expect(details).toContain('rejected: price (as scripted)')
    expect(details).toContain('**unwound** — locked 0.00, flat 10.00, held 0.00, dust 0.00, P&L $0.62, reason: price: as scripted')
  })

  it('and can be searched for by outcome and result', async () => {
    await rig.run(boxPlan('Searched'), script())
    const events = rig.histories.find(({ workflowId }) => workflowId === 'box-Searched')?.history.events ?? []
    const upserted = events.flatMap((event) =>
      Object.keys(event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields ?? {}),
    )
    expect(upserted.sort()).toEqual(['CrossbookOutcome', 'CrossbookPnlMicros'])
  })
})
