import type { TradeResult } from '../../src/core/trade/plan'
import { quantity } from '../../src/core/units'
import { forecastexFirst } from '../saga/plan'
import { rigOfFile } from './rig'
import { completing, done, HOLD, LOST, netting, refusal, rejected, script } from './script'

const rig = rigOfFile()
const vector = ({ label, locked, flat, held, dust }: TradeResult): object => ({ label, locked, flat, held, dust })
const NOTHING = { locked: 0, flat: 0, held: 0, dust: 0 }

describe('§5 how a trade ends whose ForecastEx leg is first', () => {
  it('refused: nothing is sent', async () => {
    const plays = script({ reserve: () => refusal('cool-down', '1 ms') })
    expect(vector(await rig.run(forecastexFirst('FxRefused'), plays))).toEqual({ label: 'refused', ...NOTHING })
    expect(plays.happened).toEqual(['reserve', 'close refused'])
  })

  it('missed: ForecastEx filled nothing, Kalshi is not asked', async () => {
    const plays = script({ place: { a1: () => done('0') } })
    expect(vector(await rig.run(forecastexFirst('FxMissed'), plays))).toEqual({ label: 'missed', ...NOTHING })
    expect(plays.happened.filter((what) => what.startsWith('place'))).toEqual(['place a1 1000'])
  })

  it('locked: ForecastEx opens, Kalshi reduces', async () => {
    const venues: string[] = []
    const note = (venue: string, purpose: string): ReturnType<typeof done> => {
      venues.push(`${venue} ${purpose}`)
      return done('10')
    }
    const place = {
      a1: ({ venue, purpose }: { venue: string; purpose: string }) => note(venue, purpose),
      b2: ({ venue, purpose }: { venue: string; purpose: string }) => note(venue, purpose),
    }
    expect(vector(await rig.run(forecastexFirst('FxLocked'), script({ place })))).toEqual({ label: 'locked', ...NOTHING, locked: 1_000 })
    expect(venues).toEqual(['forecastex opening', 'kalshi reducing'])
  })

  it('partly locked: Kalshi filled six, the four left are netted at ForecastEx', async () => {
    const plays = script({ place: { b2: () => done('6') }, cure: netting })
    expect(vector(await rig.run(forecastexFirst('FxPartly'), plays))).toEqual({
      label: 'partly-locked',
      ...NOTHING,
      locked: 600,
      flat: 400,
    })
    expect(plays.happened.slice(5)).toEqual(['cure 400', 'place c4 400', 'finish c4', 'close partly-locked'])
  })

  it('E21 unwound: Kalshi was rejected, all is netted', async () => {
    const plays = script({ place: { b2: () => rejected('price') }, cure: netting })
    const result = await rig.run(forecastexFirst('FxUnwound'), plays)
    expect([vector(result), result.cures.map(({ chosen }) => chosen.way)]).toEqual([{ label: 'unwound', ...NOTHING, flat: 1_000 }, ['net']])
  })

  it('E23 held: what Kalshi left open fits the budget', async () => {
    const plays = script({ place: { b2: () => done('9') }, cure: () => HOLD })
    expect(vector(await rig.run(forecastexFirst('FxHeld'), plays))).toEqual({ label: 'held', ...NOTHING, locked: 900, held: 100 })
  })
})

describe('sizes and cures with ForecastEx first', () => {
  it('I6 Kalshi is asked for what ForecastEx’s own answer says', async () => {
    const plays = script({ place: { a1: () => done('4') } })
    expect(vector(await rig.run(forecastexFirst('FxPart'), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 400 })
    expect(plays.happened[2]).toBe('place b2 400')
  })

  it('E15 hundredths that Kalshi left open are dust of a ForecastEx contract, and no cure', async () => {
    const plays = script({ place: { b2: () => done('9.37') } })
    const result = await rig.run(forecastexFirst('FxDust'), plays)
    expect([vector(result), result.reason]).toEqual([{ label: 'locked', ...NOTHING, locked: 937, dust: 63 }, 'settle owns what remains'])
    expect(plays.happened.some((what) => what.startsWith('cure'))).toBe(false)
  })

  it('E15 a cure is sized by finals and completes at Kalshi with the reserved id', async () => {
    const plays = script({ place: { a1: () => done('4') }, finals: { a1: quantity('6') }, cure: completing })
    expect(vector(await rig.run(forecastexFirst('FxLate'), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 600 })
    expect(plays.happened.slice(3)).toEqual(['finish a1', 'finish b2', 'cure 200', 'place c3 200', 'finish c3', 'close locked'])
  })

  it('E12 nothing goes to Kalshi while the ForecastEx order is unknown', async () => {
    const plays = script({ place: { a1: () => LOST }, resolve: { a1: () => done('7') } })
    expect(vector(await rig.run(forecastexFirst('FxLost'), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 700 })
    expect(plays.happened.slice(1, 4)).toEqual(['place a1 1000', 'resolve a1', 'place b2 700'])
  })

  it('the story tells the venues in the order they are sent', async () => {
    await rig.run(forecastexFirst('FxStory'), script())
    expect(await rig.details('box-FxStory')).toContain('ForecastEx NO 0.4900 + Kalshi YES 0.4200, 10.00 contracts')
  })
})
