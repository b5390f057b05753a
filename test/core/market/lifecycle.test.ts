import { marketId } from '../../../src/core/ids'
import { OpeningBars } from '../../../src/core/market/bars'
import { MarketStates, type Life } from '../../../src/core/market/lifecycle'
import { millis } from '../../../src/core/units'

const MARKET = marketId('KXU3-T4')
const at = (ms: number) => millis(ms)
const life = (change: Partial<Life> = {}): Life => ({ venue: 'kalshi', market: MARKET, status: 'open', closeMs: at(1_000), ...change })
const states = (change: Partial<Life> = {}): MarketStates => {
  const made = new MarketStates()
  made.list(life(change), at(100))
  return made
}
const when = (of: MarketStates, ...times: readonly number[]) => times.map((ms) => of.at('kalshi', MARKET, at(ms)))

describe('E28 opening and closing time, which no message announces', () => {
  it('a market closes in the millisecond of its closing time', () => {
    expect(when(states(), 999, 1_000, 5_000)).toEqual(['open', 'closed', 'closed'])
  })
  it('a market that was listed before its opening time opens then', () => {
    expect(when(states({ status: 'paused', openMs: at(500) }), 499, 500, 1_000)).toEqual(['paused', 'open', 'closed'])
  })
  it('a market that the operator paused after it opened stays paused', () => {
    expect(when(states({ status: 'paused', openMs: at(50) }), 499, 900)).toEqual(['paused', 'paused'])
  })
  it('a moved closing time counts from its message on, and a listing that was asked before does not undo it', () => {
    const moved = states()
    moved.closesAt('kalshi', MARKET, at(2_000), at(300))
    moved.list(life(), at(200))
    expect(when(moved, 1_500, 2_000)).toEqual(['open', 'closed'])
    moved.list(life(), at(400))
    expect(when(moved, 1_500)).toEqual(['closed'])
  })
  it('a moved closing time reopens a market that had closed by its timer', () => {
    const moved = states()
    expect(when(moved, 1_500)).toEqual(['closed'])
    moved.closesAt('kalshi', MARKET, at(2_000), at(1_600))
    expect(when(moved, 1_700)).toEqual(['open'])
  })
})

describe('what the venue says of a market', () => {
  it('counts before what a catalogue that was asked earlier says', () => {
    const told = states()
    told.tell('kalshi', MARKET, 'paused', at(300))
    told.list(life(), at(200))
    expect(when(told, 400)).toEqual(['paused'])
    told.list(life(), at(300))
    expect(when(told, 400)).toEqual(['open'])
  })
  it.each(['determined', 'settled', 'closed'] as const)('%s stays so, before and after the closing time', (status) => {
    const told = states()
    told.tell('kalshi', MARKET, status, at(300))
    expect(when(told, 400, 1_400)).toEqual([status, status])
  })
  it('nothing is known of another market', () => {
    expect(states().at('kalshi', 'KXCPI', at(400))).toBeNull()
  })
})

describe('what forbids openings', () => {
  const bar = { venue: 'kalshi', market: MARKET, by: 'audit', reason: 'differs' } as const

  it('holds in its market, or at its whole venue, until it is lifted by whom it was set', () => {
    const bars = new OpeningBars()
    expect([bars.apply(bar), bars.apply(bar)]).toEqual([true, false])
    expect([bars.at('kalshi', MARKET), bars.at('kalshi', 'KXCPI'), bars.at('forecastex', MARKET)]).toEqual([bar, null, null])
    bars.apply({ ...bar, market: null, by: 'inspection' })
    expect(bars.at('kalshi', 'KXCPI')).toMatchObject({ by: 'inspection' })
    expect(bars.apply({ ...bar, market: null, by: 'inspection', reason: null })).toBe(true)
    expect([bars.at('kalshi', MARKET), bars.all()]).toEqual([bar, [bar]])
    expect([bars.apply({ ...bar, reason: null }), bars.apply({ ...bar, reason: null }), bars.all()]).toEqual([true, false, []])
  })
})
