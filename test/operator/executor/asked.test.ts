import { armingRefusal, modeOf, signalsOf, spanOf } from '../../../src/operator/executor/asked'
import { refusedMost } from '../../../src/operator/executor/counters'

describe('what an executor is asked for', () => {
  it('is read from the command line', () => {
    expect([modeOf('paper'), signalsOf('12'), signalsOf(undefined)]).toEqual(['paper', 12, null])
    expect(['60s', '5m', '24h'].map((text) => spanOf('--for', text))).toEqual([60_000, 300_000, 86_400_000])
    expect(spanOf('--for', undefined)).toBeNull()
  })

  it.each([
    ['observe', () => modeOf('observe')],
    ['LIVE', () => modeOf('LIVE')],
    ['no signals', () => signalsOf('0')],
    ['half a signal', () => signalsOf('1.5')],
    ['no unit', () => spanOf('--for', '60')],
    ['no time', () => spanOf('--for', '0s')],
    ['more than a day', () => spanOf('--for', '1441m')],
  ])('or is refused: %s', (_what, read) => expect(read).toThrow(RangeError))
})

describe('whether this system may be armed like that', () => {
  const system = { mode: 'live', account: 'acc1', armLive: 'acc1' } as const
  it.each([
    ['the mode it runs in', 'paper', { ...system, mode: 'paper', armLive: undefined }],
    ['live with both flags', 'live', system],
  ] as const)('it may: %s', (_what, asked, is) => expect(armingRefusal(asked, is)).toBeNull())

  it.each([
    ['another mode', 'demo', { ...system, mode: 'paper' }, 'runs in mode paper and cannot be armed for demo'],
    ['paper armed for live', 'live', { ...system, mode: 'paper' }, 'runs in mode paper and cannot be armed for live'],
    ['no second flag', 'live', { ...system, armLive: undefined }, 'which is not set'],
    ['an empty second flag', 'live', { ...system, armLive: '' }, 'which is not set'],
    ['the second flag of another account', 'live', { ...system, armLive: 'acc2' }, 'which is "acc2"'],
  ] as const)('it may not: %s', (_what, asked, is, sentence) => expect(armingRefusal(asked, is)).toContain(sentence))
})

it('the five that refused most looks are shown, both kinds of refusals added up', () => {
  const refusals = { a: 1, b: 5, c: 2, d: 4, 'market open': 3 }
  const most = refusedMost({ refusals, unjudged: { 'market open': 4, e: 6 } })
  expect(most.map(({ reason, looks }) => `${reason} ${looks}`)).toEqual(['market open 7', 'e 6', 'b 5', 'd 4', 'c 2'])
})
