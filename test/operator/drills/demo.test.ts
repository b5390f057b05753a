import { marketId } from '../../../src/core/ids'
import { millis, money, NO_QUANTITY, quantity } from '../../../src/core/units'
import { validateDemo, type DemoOrder, type DemoVenue } from '../../../src/operator/drills/demo'
import type { Finding } from '../../../src/operator/health/doctor'
import type { Clock } from '../../../src/ports/clock'

const CASH = money('100')
const RESTING: DemoOrder = { venueOrderId: 'v1', isResting: true, filled: NO_QUANTITY }
const OVER: DemoOrder = { ...RESTING, isResting: false }
const OK: Finding = { check: 'clock', verdict: 'ok', detail: '', remedy: '' }

/** Time passes by sleeping alone. */
function virtualClock(): Clock {
  let nowMs = 1_000
  return {
    nowMs: () => millis(nowMs),
    monoNs: () => BigInt(nowMs) * 1_000_000n,
    sleep: (ms) => {
      nowMs += ms
      return Promise.resolve()
    },
  }
}

/** A venue that does as it is asked, unless told otherwise, and how often it was asked to cancel. */
function fake(change: Partial<DemoVenue> = {}) {
  const asked = { rests: 0, cancels: 0 }
  const venue: DemoVenue = {
    inspect: () => Promise.resolve([OK]),
    cash: () => Promise.resolve(CASH),
    place: () => Promise.resolve({ market: marketId('M'), outcome: 'yes' }),
    rest: () => Promise.resolve('resting'),
    listed: () => Promise.resolve(asked.cancels > 0 ? OVER : RESTING),
    cancel: () => Promise.resolve(),
    ...change,
  }
  const rest: DemoVenue['rest'] = (...all) => ((asked.rests += 1), venue.rest(...all))
  const cancel: DemoVenue['cancel'] = (...all) => ((asked.cancels += 1), venue.cancel(...all))
  const rows = () => validateDemo({ ...venue, rest, cancel }, virtualClock(), 7, new AbortController().signal)
  return { asked, rows }
}
const words = (rows: readonly Finding[]): readonly string[] => rows.map(({ check, verdict }) => `${check} ${verdict}`)

describe('crossbook doctor demo', () => {
  it('tells each step', async () => {
    expect(words(await fake().rows())).toEqual(['clock ok', 'balance ok', 'order ok', 'cancel ok', 'left ok'])
  })

  it('sends nothing after a check that failed', async () => {
    const { rows, asked } = fake({ inspect: () => Promise.resolve([{ ...OK, verdict: 'failed' }]) })
    expect((await rows()).at(-1)).toMatchObject({ check: 'order', verdict: 'failed', detail: 'not sent: clock failed' })
    expect(asked.rests).toBe(0)
  })

  it('cancels an order whose answer was lost, once the venue lists it', async () => {
    let looks = 0
    const { rows, asked } = fake({
      rest: () => Promise.resolve({ kind: 'unknown', cause: 'timeout' }),
      listed: () => Promise.resolve(asked.cancels > 0 ? OVER : (looks += 1) > 3 ? RESTING : null),
    })
    expect(words(await rows()).slice(-3)).toEqual(['order ok', 'cancel ok', 'left ok'])
    expect(asked.cancels).toBe(1)
  })

  it('says that it is not known whether an order rests that nobody lists', async () => {
    const { rows } = fake({ listed: () => Promise.reject(new Error('503')) })
    expect((await rows()).at(-1)).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(/is not found \(503\): it is not known whether it rests/) as string,
      remedy: expect.stringContaining('ends by itself') as string,
    })
  })

  it('believes the list, not the answer to the cancel', async () => {
    const refused = fake({ cancel: () => Promise.reject(new Error('404')) })
    expect(words(await refused.rows()).slice(-2)).toEqual(['cancel ok', 'left ok'])
    const resting = fake({ cancel: () => Promise.reject(new Error('404')), listed: () => Promise.resolve(RESTING) })
    expect((await resting.rows()).at(-1)).toMatchObject({ check: 'cancel', verdict: 'failed', detail: 'order v1 may still rest (404)' })
  })

  it('tells what was filled, and cash that is not what it was', async () => {
    let isOver = false
    const filled = fake({
      listed: () => Promise.resolve(isOver ? { ...OVER, filled: quantity('1') } : RESTING),
      cancel: () => ((isOver = true), Promise.resolve()),
    })
    expect((await filled.rows()).at(-1)).toMatchObject({ check: 'left', verdict: 'failed', detail: '1.00 were filled before the cancel' })
    let looks = 0
    const moved = fake({ cash: () => Promise.resolve((looks += 1) === 1 ? CASH : money('99')) })
    expect((await moved.rows()).at(-1)).toMatchObject({ check: 'left', verdict: 'warning' })
  })

  it.each([
    [{ kind: 'rejected', reason: 'permission', detail: 'scope' }, 'was refused: permission scope'],
    [{ kind: 'done', filled: NO_QUANTITY }, 'did not rest'],
  ] as const)('an order that does not rest fails: %j', async (answer, said) => {
    const { rows, asked } = fake({ rest: () => Promise.resolve(answer) })
    expect((await rows()).at(-1)).toMatchObject({ check: 'order', verdict: 'failed', detail: expect.stringContaining(said) as string })
    expect(asked.cancels).toBe(0)
  })
})
