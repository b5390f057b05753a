import { Days } from './time/days'
import { at, exchangeWindow, loginNight, night, START, thursdayPause, weekend } from './time/week'
import { expectBalanced } from './stack'

/** Jumps and a few seconds at each edge, on a machine that does something else beside. */
jest.setTimeout(600_000)

/** Both accounts are read and compared within seconds of the start. */
const TRADES_MS = 60_000
/** CROSSBOOK_WEEK=1: the next week as well, with its weekend. */
const WEEK = process.env['CROSSBOOK_WEEK'] === '1'
/** Two trades for each closure, one for each morning, and one after all. */
const BOXES = WEEK ? 40 : 16

describe('two days and the night of the login, in jumps: product and venues on one clock (E28, E29)', () => {
  const days = new Days(START, BOXES)
  beforeAll(async () => {
    await days.rig.up()
    // up is before both accounts are read: a jump across that is a takeover that takes a quarter of an hour
    await days.rig.stack.until(
      'a process that trades',
      TRADES_MS,
      async () => (await days.rig.stack.streaming<{ role: string }>())?.role === 'trading',
    )
  })
  afterAll(() => days.rig.down())

  const balanced = async (): Promise<void> => {
    await expectBalanced(days.rig.stack)
    expect(days.errors()).toEqual([])
  }

  it('Wednesday: the window of ForecastEx, a trade in flight while the trading day changes, and the night', async () => {
    await days.past(exchangeWindow(0))
    await days.tradeAcross(at(0, '06:00'))
    await days.past(night(0))
    await balanced()
  })

  it('Thursday: the pause of Kalshi, the trading day, and the night', async () => {
    await days.past(thursdayPause(1))
    await days.tradeAcross(at(1, '06:00'))
    await days.past(night(1))
    await balanced()
  })

  it('Sunday: the login at IBKR dies, somebody logs in, and it goes on by itself', async () => {
    await days.past(loginNight(3))
    await days.to(at(4, '12:00'))
    await days.trade()
    await balanced()
  })

  const week = WEEK ? it : it.skip
  week('the next week: each night, the window, the pause, the weekend and the login', async () => {
    for (const day of [4, 5, 6]) await days.past(night(day))
    await days.past(exchangeWindow(7))
    await days.past(night(7))
    await days.past(thursdayPause(8))
    await days.past(night(8))
    await days.past(weekend(9))
    await days.past(loginNight(10))
    await balanced()
  })

  it('after all of it everything is settled, nothing was sent twice or late, and nothing rests (I1, I4, I9)', async () => {
    await days.rig.settleAll()
    await expectBalanced(days.rig.stack)
    expect(days.rig.wire.sentTwice()).toEqual([])
    expect(await days.rig.wire.sentLate()).toEqual([])
  })
})
