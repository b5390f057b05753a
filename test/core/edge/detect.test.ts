import { detectEdge } from '../../../src/core/edge/detect'
import { birthOf, figuresOf } from '../../../src/core/edge/finding'
import { money, ONE_DOLLAR, price, quantity, type Price } from '../../../src/core/units'
import { CONSENSUS, edgeInput, found, heardOf, kalshiBook, later, level, MAPPING, mapped, refused, rules, thought } from './fixture'

describe('an edge that is there', () => {
  it('B15: is found on the side that earns it, net, at the dearest price that still earns the least', () => {
    const edge = found(detectEdge(edgeInput()))
    // 0.5625 − 0.50 − 0.0175 − 0.0001; at 0.51 it is 0.034907, at 0.52 less than the 0.03 that is asked
    expect(edge).toMatchObject({ outcome: 'yes', edge: 44_900, minEdge: 30_000, limit: 5_100, quantity: 10_000 })
    expect(edge.costBound).toBe(52_759_300)
    // 100 of 500 at 0.50: 56.25 − 50 − 1.75 − 0.01
    expect(edge.netEdge).toBe(4_490_000)
    expect(edge.expectedValue).toBe(5_271_200)
    expect(edge.worstEdge).toBe(56_250_000 - 52_759_300)
    // 100 into the bid at 0.48: 48 − 1.7472 − 0.01
    expect(edge.unwindLoss).toBe(52_759_300 - 46_242_800)
    expect(edge.confidence).toMatchObject({ score: 75, tier: 'HIGH' })
    expect(edge.verdicts.every(({ passed }) => passed)).toBe(true)
    expect(figuresOf(edge).every(Number.isSafeInteger)).toBe(true)
  })

  it('is the mirrored one for the other team: YES and NO, bids and asks, lower and upper', () => {
    const mirror = (side: 'bids' | 'asks'): ReturnType<typeof level>[] =>
      (side === 'bids' ? ['0.50:500', '0.51:700', '0.52:900'] : ['0.48:400', '0.47:400']).map((text) => {
        const [at = '', of = ''] = text.split(':')
        return { price: (ONE_DOLLAR - price(at)) as Price, quantity: quantity(of) }
      })
    const { probability, lower, upper } = CONSENSUS
    const other = detectEdge(
      edgeInput({
        book: kalshiBook(mirror('bids'), mirror('asks')),
        ...thought({ probability: 1 - probability, lower: 1 - upper, upper: 1 - lower }),
      }),
    )
    const [, ...figures] = figuresOf(found(detectEdge(edgeInput())))
    expect(found(other).outcome).toBe('no')
    expect(figuresOf(found(other))).toEqual([0, ...figures])
  })

  it('B2: two cents at fifty for one contract are none: the fee is 1.75', () => {
    const even = { probability: 0.53, lower: 0.52, upper: 0.54 }
    expect(
      detectEdge(edgeInput({ ...thought(even), ...rules({ minEdge: money('0.01'), minEdgeHighConfidence: money('0.01') }) })),
    ).toMatchObject({
      kind: 'refused',
      reason: 'min_edge',
      edge: 2_400,
    })
    expect(detectEdge(edgeInput(thought({ ...even, lower: 0.5176 }))).kind).toBe('none')
  })

  it('B5: without a book there is no consensus, and without one no edge', () => {
    const nothing = { consensus: { kind: 'none', reason: 'no lines', detail: 'no book has odds of the winner', dropped: [] } } as const
    const finding = refused(detectEdge(edgeInput(nothing)))
    expect([finding.reason, finding.edge, finding.outcome]).toEqual(['consensus of the books', null, null])
  })

  it('B8: a NO price is somebody’s bid for YES: without one there is no side to buy, and no spread', () => {
    const book = kalshiBook([], [level('0.50', '500')])
    expect(refused(detectEdge(edgeInput({ book }))).reason).toBe('two-sided book')
    const dear = thought({ probability: 0.1, lower: 0.09, upper: 0.11 })
    expect(refused(detectEdge(edgeInput({ book, ...dear })))).toMatchObject({ reason: 'two-sided book', outcome: 'yes' })
  })

  it('is none where nothing is near one, whatever else is wrong', () => {
    const dear = kalshiBook([level('0.55', '400')], [level('0.57', '500')])
    for (const change of [{}, mapped({ status: 'review' }), { status: 'paused' } as const, { movedAtMs: null }])
      expect(detectEdge(edgeInput({ book: dear, ...change })).kind).toBe('none')
  })

  it('shrinks to what may be lost on the way out, to the premium, the cash and a bankroll that is reconciled', () => {
    const { limits } = edgeInput()
    const small = found(detectEdge(edgeInput({ limits: { ...limits, lossBudget: money('2') } })))
    expect(small.unwindLoss).toBeLessThanOrEqual(2_000_000)
    expect(small.quantity).toBe(3_000)
    expect(found(detectEdge(edgeInput({ limits: { ...limits, maxPremium: money('25') } }))).quantity).toBe(4_700)
    expect(found(detectEdge(edgeInput({ cash: money('5.30') }))).quantity).toBe(1_000)
    // two per cent of a thousand at 0.527593
    expect(found(detectEdge(edgeInput({ equity: money('1000') }))).quantity).toBe(3_700)
  })

  it('is not sized with the cash that the reserve wants to be left at the venue', () => {
    const { limits } = edgeInput()
    const sized = (cash: string, minCash: string): unknown => {
      const finding = detectEdge(edgeInput({ cash: money(cash), limits: { ...limits, minCash: money(minCash) } }))
      return finding.kind === 'refused' ? finding.reason : found(finding).quantity
    }
    expect(sized('105.30', '100')).toBe(1_000)
    expect(found(detectEdge(edgeInput({ cash: money('105.30') }))).quantity).toBe(10_000)
    expect([sized('100.52', '100'), sized('50', '100')]).toEqual(['size worth trading', 'size worth trading'])
    // where the cash is not known here the reserve alone decides
    expect(found(detectEdge(edgeInput({ limits: { ...limits, minCash: money('100') } }))).quantity).toBe(10_000)
  })

  it('takes no more than a quarter of what stands at its limit', () => {
    const book = kalshiBook([level('0.48', '400')], [level('0.50', '30'), level('0.51', '30'), level('0.52', '9000')])
    expect(found(detectEdge(edgeInput({ book }))).quantity).toBe(1_500)
  })
})

describe('the birth of an edge that is presumed an error', () => {
  // 0.60 at least: more than five cents, and less than twelve
  const wide = { probability: 0.61, lower: 0.6, upper: 0.62 }
  const large = thought(wide)
  const fetched = { eventId: 'e1', commenceMs: MAPPING.startMs, fetchedMs: later(-1) }
  it('is the fetch that bore it, and only a later fetch in which the books say it again confirms it', () => {
    const first = refused(detectEdge(edgeInput(large)))
    expect([first.reason, first.edge]).toEqual(['too good to be true', 82_400])
    const birth = birthOf(null, first)
    expect(birth).toEqual({ outcome: 'yes', fetchedMs: later(-5_000), newestMs: later(-6_000) })
    const again = refused(detectEdge(edgeInput({ ...large, birth })))
    expect(again.reason).toBe('too good to be true')
    expect(birthOf(birth, again)).toBe(birth)
    const repeated = ['pinnacle', 'draftkings'].map((book) => heardOf(book, -2_000))
    const confirmed = detectEdge(edgeInput({ ...thought({ ...wide, books: repeated }), birth, odds: fetched }))
    expect(found(confirmed)).toMatchObject({ limit: 5_500, quantity: 9_500 })
    expect(birthOf(birth, confirmed)).toBe(birth)
  })

  it('is not confirmed by the same lines fetched again', () => {
    const birth = birthOf(null, detectEdge(edgeInput(large)))
    const again = refused(detectEdge(edgeInput({ ...large, birth, odds: fetched })))
    expect(again.failed).toEqual(['too good to be true'])
    expect(birthOf(birth, again)).toBe(birth)
  })

  it.each([
    ['one book of four', [-2_000, -6_000, -6_000, -6_000], 'refused'],
    ['half of them', [-6_000, -6_000, -2_000, -2_000], 'found'],
    ['all of them', [-2_000, -2_000, -2_000, -2_000], 'found'],
  ] as const)('%s having spoken since: %s is %s', (_what, ages, kind) => {
    const birth = birthOf(null, detectEdge(edgeInput(large)))
    const books = ['fanduel', 'betmgm', 'caesars', 'draftkings'].map((book, n) => heardOf(book, ages[n] ?? 0))
    expect(detectEdge(edgeInput({ ...thought({ ...wide, books }), birth, odds: fetched })).kind).toBe(kind)
  })

  it('ends with the edge: one that comes back is born anew', () => {
    const birth = { outcome: 'yes', fetchedMs: later(-60_000), newestMs: later(-65_000) } as const
    expect(birthOf(birth, { kind: 'none' })).toBeNull()
    expect(birthOf(birth, detectEdge(edgeInput()))).toBeNull()
    expect(refused(detectEdge(edgeInput({ ...large, birth: { ...birth, outcome: 'no' } }))).reason).toBe('too good to be true')
  })
})
