import { FAILURES } from '../../../../src/core/failures'
import { price, quantity } from '../../../../src/core/units'
import { filledRow, listed, never, NOT_AFTER_MS, order, PaperVenue, told, toldFill, WINDOW_MS, type Execution } from './paper-venue'

const SEVEN: Execution = { id: 'x1', units: 700, fee: 17_325 }
const THREE: Execution = { id: 'x2', units: 300, fee: 7_425 }
const of = order()
const proofOfAbsence = NOT_AFTER_MS + WINDOW_MS + 1

describe('E12 the private channels answer first', () => {
  it.each([
    ['order, then fills', (venue: PaperVenue) => [told(of), SEVEN, THREE].forEach((each) => hear(venue, each))],
    ['fills, then order', (venue: PaperVenue) => [THREE, SEVEN, told(of)].forEach((each) => hear(venue, each))],
    ['everything twice', (venue: PaperVenue) => [SEVEN, told(of), SEVEN, THREE, told(of), THREE].forEach((each) => hear(venue, each))],
    [
      'an end before the news of its beginning',
      (venue: PaperVenue) =>
        [told(of), told(of, { status: 'resting', filled: quantity(0) }), SEVEN, THREE].forEach((each) => hear(venue, each)),
    ],
  ])('%s: known without a question', async (_what, tell) => {
    const venue = new PaperVenue()
    tell(venue)
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'done', filled: 1_000 })
    expect(venue.asked).toEqual([])
  })

  it('cancelled with fills, and cancelled with none', async () => {
    for (const [status, filled, fills] of [
      ['canceled', 700, [SEVEN]],
      ['canceled', 0, []],
    ] as const) {
      const venue = new PaperVenue()
      for (const each of [told(of, { status, filled: quantity(filled) }), ...fills]) hear(venue, each)
      expect(await venue.lookup().find(of, never)).toEqual({ kind: 'done', filled })
    }
  })

  it('a fill without our id counts once its order tells whose it is', async () => {
    const venue = new PaperVenue()
    venue.watch.onFill(toldFill(of, SEVEN, false))
    venue.watch.onFill(toldFill(of, THREE, false))
    expect(venue.watch.told(of.clientOrderId)).toBeNull()
    hear(venue, told(of))
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'done', filled: 1_000 })
  })
})

describe('E12 what the private channels may not do', () => {
  it.each([
    ['an end of which a fill is missing', [told(of), SEVEN]],
    ['fills without an end', [SEVEN, THREE]],
    ['an order that rests', [told(of, { status: 'resting', filled: quantity('7') }), SEVEN]],
    ['a status of a later version', [told(of, { status: 'unknown' }), SEVEN, THREE]],
    ['two ends that contradict each other', [told(of, { filled: quantity('3') }), told(of), SEVEN, THREE]],
    ['one execution told in two sizes', [told(of), { ...SEVEN, units: 600 }, SEVEN, THREE]],
  ])('%s answers nothing: the lists are asked', async (_what, heard) => {
    const venue = new PaperVenue()
    for (const each of heard) hear(venue, each)
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'unknown', cause: 'timeout' })
    expect(venue.asked).toEqual(['/exchange/user_data_timestamp', '/portfolio/orders'])
  })

  it('E12 prove absence: silence is no sign, and one word of it forbids the verdict', async () => {
    const venue = new PaperVenue()
    venue.asOfMs = () => proofOfAbsence
    expect(await venue.lookup().find(of, never)).toMatchObject({ kind: 'rejected', reason: 'never-accepted' })
    hear(venue, told(of, { status: 'resting', filled: quantity(0) }))
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'unknown', cause: 'server-error' })
    expect(venue.log.lines.at(-1)?.message).toContain('cannot be called absent')
  })

  it.each([
    ['side', { side: 'bid' as const }],
    ['limit', { yesPrice: price('0.40') }],
    ['quantity', { quantity: quantity('11') }],
    ['market', { market: 'OTHER' as typeof of.market }],
    ['age', { atMs: null }],
  ])('E2 be adopted when they differ in %s', async (_what, overrides) => {
    const venue = new PaperVenue()
    for (const each of [told(of, overrides), SEVEN, THREE]) hear(venue, each)
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'unknown', cause: 'echo-differs' })
    expect(venue.log.lines.at(-1)?.message).toContain(FAILURES.echoDiffers)
  })

  it('E2 speak for another order of the venue under the same id', async () => {
    const venue = new PaperVenue()
    for (const each of [told(of), SEVEN, THREE, told(of, { venueOrderId: 'o2' })]) hear(venue, each)
    venue.orders = () => [listed(of)]
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'unknown', cause: 'echo-differs' })
    expect(venue.log.lines.at(-1)?.message).toContain(FAILURES.duplicateOrderId)
  })

  it('E14 make an order final: that takes the list', async () => {
    const venue = new PaperVenue()
    for (const each of [told(of), SEVEN, THREE]) hear(venue, each)
    expect(await venue.lookup().finalise(of, never)).toBeNull()
  })
})

describe('E14 the list after the stream', () => {
  it('is waited for while it lags, because the end is known already', async () => {
    const venue = new PaperVenue()
    for (const each of [told(of), SEVEN, THREE]) hear(venue, each)
    let reads = 0
    venue.orders = () => (++reads < 4 ? [listed(of, { status: 'resting', filled: 0 })] : [listed(of)])
    venue.fills = () => [filledRow(of, SEVEN), filledRow(of, THREE)]
    expect(await venue.lookup().finalise(of, never)).toMatchObject({ quantity: 1_000 })
    expect(venue.clock.ms - NOT_AFTER_MS).toBe(600)
  })

  it('is asked for since its trade began, and for all of the market at the last look', async () => {
    const venue = new PaperVenue()
    for (const each of [told(of), SEVEN, THREE]) hear(venue, each)
    venue.orders = () => [listed(of, { status: 'resting', filled: 0 })]
    expect(await venue.lookup().finalise(of, never)).toBeNull()
    const since = venue.askedSince[0] ?? 0
    expect(since * 1_000).toBeLessThan(NOT_AFTER_MS)
    expect(venue.askedSince).toEqual([since, since, since, since, null])
  })

  it('is asked once when nothing says that the order is over', async () => {
    const venue = new PaperVenue()
    venue.orders = () => [listed(of, { status: 'resting' })]
    expect(await venue.lookup().finalise(of, never)).toBeNull()
    expect(venue.asked).toEqual(['/portfolio/orders'])
  })

  it('is not complete while it lacks a fill that was told, or shows less than the answer said', async () => {
    const venue = new PaperVenue()
    venue.orders = () => [listed(of, { status: 'canceled', filled: 700 })]
    venue.fills = () => [filledRow(of, SEVEN)]
    venue.watch.answered(of.clientOrderId, 'o1', quantity('10'))
    expect(await venue.lookup().finalise(of, never)).toBeNull()
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'unknown', cause: 'timeout' })
    const late = new PaperVenue()
    late.orders = venue.orders
    late.fills = venue.fills
    late.watch.onFill(toldFill(of, THREE))
    expect(await late.lookup().finalise(of, never)).toBeNull()
    late.orders = () => [listed(of)]
    late.fills = () => [filledRow(of, SEVEN), filledRow(of, THREE)]
    expect(await late.lookup().finalise(of, never)).toMatchObject({ quantity: 1_000 })
  })

  it('decides alone when two messages contradict each other', async () => {
    const venue = new PaperVenue()
    for (const each of [told(of), told(of, { filled: quantity('7'), status: 'canceled' })]) hear(venue, each)
    venue.orders = () => [listed(of, { status: 'canceled', filled: 700 })]
    venue.fills = () => [filledRow(of, SEVEN)]
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'done', filled: 700 })
    expect(await venue.lookup().finalise(of, never)).toMatchObject({ quantity: 700 })
  })

  it('after a lost connection: what was told before stays true, what is missing stays missing', async () => {
    const venue = new PaperVenue()
    hear(venue, SEVEN) // and then the connection was lost with the rest
    venue.asOfMs = () => proofOfAbsence
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'unknown', cause: 'server-error' })
    venue.orders = () => [listed(of)]
    expect(await venue.lookup().find(of, never)).toEqual({ kind: 'done', filled: 1_000 })
  })
})

describe('OrderWatch', () => {
  it('remembers 2,000 orders, the oldest go first, and forgets what is final', () => {
    const { watch } = new PaperVenue()
    const ids = Array.from({ length: 2_001 }, (_, n) => order({ clientOrderId: `cb-t${n}-a1` as typeof of.clientOrderId }))
    ids.forEach((each, n) => watch.onOrder(told(each, { venueOrderId: `v${n}`, filled: quantity(0), status: 'canceled' })))
    expect(ids.map((each) => watch.told(each.clientOrderId) !== null).filter(Boolean)).toHaveLength(2_000)
    expect(watch.told(ids[0]?.clientOrderId ?? of.clientOrderId)).toBeNull()
    watch.forget(ids[1]?.clientOrderId ?? of.clientOrderId)
    expect(watch.told(ids[1]?.clientOrderId ?? of.clientOrderId)).toBeNull()
  })

  it('hears nothing of orders that are not ours', () => {
    const { watch } = new PaperVenue()
    watch.onOrder(told(of, { clientOrderId: 'by-hand' }))
    watch.onOrder(told(of, { venueOrderId: 'o2', clientOrderId: null }))
    expect(watch.told(of.clientOrderId)).toBeNull()
  })
})

function hear(venue: PaperVenue, message: ReturnType<typeof told> | Execution): void {
  if ('status' in message) venue.watch.onOrder(message)
  else venue.watch.onFill(toldFill(of, message))
}
