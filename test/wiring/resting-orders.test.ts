import { loadSources } from '../tidy/source'

const sources = loadSources('src')
/** Every file that names one of these words. */
const naming = (word: string): readonly string[] =>
  sources.filter(({ text }) => new RegExp(`\\b${word}\\b`).test(text)).map(({ path }) => path)

describe('E15: an order that rests is reachable from no trade', () => {
  it('the drill alone places one, through wiring/drills', () => {
    const places = (word: string, home: RegExp): readonly string[] => naming(word).filter((path) => !home.test(path))
    expect(places('placeResting', /^src\/venues\/(forecastex|paper)\//)).toEqual(['src/wiring/drills/canaries.ts'])
    expect(places('createRestingOrder', /^src\/venues\/kalshi\//)).toEqual(['src/wiring/drills/canaries.ts'])
    expect(places('restingOrderBody', /^src\/venues\/kalshi\//)).toEqual(['src/wiring/drills/canaries.ts'])
  })

  it('no other workflow asks for it', () => {
    const asking = naming('restCanaries')
    expect(asking.filter((path) => !path.startsWith('src/wiring/'))).toEqual([
      'src/activities/drills/canaries.ts',
      'src/workflows/messages/drills.ts',
      'src/workflows/scheduled/kill-drill.ts',
    ])
    expect(naming('CanaryActivities').filter((path) => path.startsWith('src/workflows/') && !path.includes('/messages/'))).toEqual([
      'src/workflows/scheduled/kill-drill.ts',
    ])
  })

  it('the order of a trade knows immediate-or-cancel and fill-or-kill, and nothing else', () => {
    const [order] = sources.filter(({ path }) => path === 'src/core/trade/order.ts')
    expect(order?.text).toMatch(/readonly timeInForce: 'ioc' \| 'fok'\n/)
  })
})
