import { marketId, orderId, tradeId } from '../../../../src/core/ids'
import { mulberry32 } from '../../../../src/core/random'
import { millis, money, price, quantity, type Money } from '../../../../src/core/units'
import type { Execution } from '../../../../src/venues/forecastex/wire/messages'
import {
  applyCallback,
  feeOf,
  filledOf,
  finalOf,
  newOrder,
  type OrderState,
  type OrderTerms,
} from '../../../../src/venues/forecastex/wire/order-state'

const ID = orderId(tradeId('t1'), 'c', 3)
const TERMS: OrderTerms = {
  clientOrderId: ID,
  clientId: 7,
  account: 'DU1',
  market: marketId('800001'),
  outcome: 'no',
  conId: 800002,
  oppositeConId: 800001,
  quantity: quantity('20'),
  limit: price('0.44'),
  timeInForce: 'IOC',
}
const NOW = millis(1_795_000_000_000)
/** A longer run: CROSSBOOK_SEEDS=20000. */
const SEEDS = Number.parseInt(process.env['CROSSBOOK_SEEDS'] ?? '2000', 10)

/** How a gateway may show a netting report: nothing of this is documented (ibkr-forecastex §3). */
interface Disguise {
  readonly side: 'N' | 'SLD' | 'BOT'
  readonly named: 'nothing' | 'number' | 'reference' | 'both'
  readonly cumulative: 'own size' | 'of the order' | 'of the nettings' | 'zero'
  readonly fee: 'none' | 'zero'
  /** Whether each fill is netted by itself, or all at the end. */
  readonly batched: boolean
  /** At the fill's own price, or at what completes the dollar with the other side's cost. */
  readonly priced: 'fill' | 'other'
}
interface Story {
  readonly fills: readonly Execution[]
  readonly nettings: readonly Execution[]
  /** First tellings of fills that were corrected. */
  readonly wrong: readonly Execution[]
  readonly fees: ReadonlyMap<string, Money>
  readonly disguise: Disguise
}

function tell(seed: number): Story {
  const next = mulberry32(seed)
  const below = (n: number): number => next() % n
  const pick = <T>(of: readonly T[]): T => of[below(of.length)] as T
  const disguise: Disguise = {
    side: pick(['N', 'SLD', 'BOT', 'BOT', 'BOT'] as const),
    named: pick(['nothing', 'number', 'reference', 'both'] as const),
    cumulative: pick(['own size', 'of the order', 'of the nettings', 'zero'] as const),
    fee: pick(['none', 'zero'] as const),
    batched: below(2) === 0,
    priced: pick(['fill', 'other'] as const),
  }
  const ids = mixed(
    Array.from({ length: 40 }, (_, n) => `0000.${String(n).padStart(4, '0')}`),
    next,
  )
  return { ...executed(disguise, below, () => `${ids.pop() ?? ''}.01`), disguise }
}

function executed(disguise: Disguise, below: (n: number) => number, id: () => string) {
  const fees = new Map<string, Money>()
  const fills: Execution[] = []
  const nettings: Execution[] = []
  const wrong: Execution[] = []
  let filled = 0
  let held = below(25) // contracts of the other side, which the purchase nets
  let open = 0
  let netted = 0
  const net = (at: number): void => {
    const size = Math.min(open, held)
    if (size === 0) return
    open -= size
    held -= size
    netted += size
    for (const conId of [TERMS.oppositeConId, TERMS.conId]) nettings.push(disguised(disguise, id(), size, { conId, at, filled, netted }))
    if (disguise.fee === 'zero') for (const { execId } of nettings.slice(-2)) fees.set(execId, money(0))
  }
  for (let left = 1 + below(20); left > 0;) {
    const size = 1 + below(left)
    left -= size
    filled += size
    open += size
    const at = 40 + below(5)
    const fill = execution(id(), size, filled, at)
    fees.set(fill.execId, money(size * 10_000))
    const corrected = { ...fill, execId: fill.execId.replace(/01$/, '02'), price: price((at - 3) * 100) }
    const isCorrected = below(4) === 0
    fills.push(isCorrected ? corrected : fill)
    if (isCorrected) wrong.push(fill)
    if (!disguise.batched) net(disguise.priced === 'fill' ? at : 60)
  }
  net(disguise.priced === 'fill' ? 42 : 60)
  return { fills, nettings, wrong, fees }
}

const execution = (execId: string, size: number, cumulative: number, cents: number): Execution => ({
  ...{ execId, orderId: 5, clientId: 7, permId: 3_000_000_000, orderRef: ID, account: 'DU1', conId: TERMS.conId, side: 'BOT', time: '' },
  ...{ quantity: quantity(size * 100), cumulative: quantity(cumulative * 100), price: price(cents * 100) },
})
function disguised(
  { side, named, cumulative }: Disguise,
  execId: string,
  size: number,
  { conId, at, filled, netted }: { readonly conId: number; readonly at: number; readonly filled: number; readonly netted: number },
): Execution {
  const counts = { 'own size': size, 'of the order': filled, 'of the nettings': netted, zero: 0 }
  const numbered = named === 'number' || named === 'both'
  const identity = { orderId: numbered ? 5 : 0, permId: numbered ? 3_000_000_000 : 0, clientId: numbered ? 7 : 0 }
  const orderRef = named === 'reference' || named === 'both' ? ID : ''
  return { ...execution(execId, size, counts[cumulative], at), ...identity, orderRef, conId, side }
}

function mixed<T>(items: readonly T[], next: () => number): T[] {
  const rest = [...items]
  return Array.from({ length: rest.length }, () => rest.splice(next() % rest.length, 1)[0] as T)
}

/** The state after the reports in a random order, each perhaps twice; `watch` sees it after each. */
function heard({ fills, nettings, wrong }: Story, seed: number, watch: (state: OrderState) => void = () => undefined): OrderState {
  const next = mulberry32(seed + 1)
  const once = [...fills, ...nettings, ...wrong]
  const reports = mixed([...once, ...once.filter(() => next() % 3 === 0)], next)
  let state = newOrder(TERMS, 5)
  for (const report of reports) {
    state = applyCallback(state, { kind: 'execution', reqId: -1, execution: report }, NOW, NOW)
    watch(state)
  }
  return { ...state, ended: true }
}

const total = (fills: readonly Execution[]): number => fills.reduce((sum, fill) => sum + fill.quantity, 0)
const keyOf = (fills: readonly { readonly price: number | null; readonly quantity: number; readonly fee: number | null }[]): number =>
  fills.reduce((sum, fill) => sum + (fill.price ?? 0) * fill.quantity + (fill.fee ?? 0), 0)

describe('E15 a fill that is corrected to fewer once a report in its own disguise has netted it', () => {
  const fill = execution('0000.0001.01', 10, 10, 42)
  const report = execution('0000.0002.01', 10, 10, 42)
  const next = execution('0000.0003.01', 10, 20, 42)
  const fees = new Map([fill, next].map(({ execId }) => [execId, money('0.10')] as const))
  it.each([
    ['counting on from it', 5],
    ['counting as before', 10],
  ])('%s: the answer may be short, never long; with its fee told it is final', (_, cumulative) => {
    const correction = { ...execution('0000.0001.02', 5, cumulative, 42) }
    for (const reports of [
      [fill, report, next, correction],
      [correction, report, next, fill],
    ]) {
      let state = newOrder(TERMS, 5)
      for (const told of reports) state = applyCallback(state, { kind: 'execution', reqId: -1, execution: told }, NOW, NOW)
      expect(filledOf(state)).toBe(1_500)
      expect(finalOf({ ...state, ended: true }, fees)?.quantity).toBe(1_500)
    }
  })
})

describe(`trap 3: a netting report in any disguise (${SEEDS} seeds)`, () => {
  it('is never counted: the quantity is never too large on the way, and exact at the end', () => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const story = tell(seed)
      const filled = total(story.fills)
      const state = heard(story, seed, (now) => {
        if (filledOf(now) > filled) throw new Error(`seed ${seed}: counts ${filledOf(now)} of ${filled}: ${JSON.stringify(story)}`)
      })
      if (filledOf(state) !== filled) throw new Error(`seed ${seed}: counts ${filledOf(state)}, not ${filled}: ${JSON.stringify(story)}`)
    }
  })

  it('costs what the fills cost, to the cent, as soon as their fees are told', () => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const story = tell(seed)
      const final = finalOf(heard(story, seed), story.fees)
      const truth = story.fills.map((fill) => ({ ...fill, fee: feeOf(fill, story.fees) }))
      if (!final || keyOf(final.fills) !== keyOf(truth)) throw new Error(`seed ${seed}: ${JSON.stringify({ story, final })}`)
    }
  })

  it('while fees are missing, and without any fee at all, is never guessed: it is decided rightly, or not at all', () => {
    let undecided = 0
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const story = tell(seed)
      const truth = story.fills.map((fill) => ({ ...fill, fee: 0 }))
      const free = new Map([...story.fees].map(([execId]) => [execId, money(0)] as const))
      const next = mulberry32(seed + 2)
      const some = new Map([...story.fees].filter(() => next() % 2 === 0))
      const unpaid = finalOf(heard(story, seed), free)
      if (unpaid && keyOf(unpaid.fills) !== keyOf(truth)) throw new Error(`seed ${seed}, free: ${JSON.stringify({ story, unpaid })}`)
      const early = finalOf(heard(story, seed), some)
      const charged = story.fills.map((fill) => ({ ...fill, fee: feeOf(fill, story.fees) }))
      if (early && keyOf(early.fills) !== keyOf(charged)) throw new Error(`seed ${seed}, early: ${JSON.stringify({ story, early })}`)
      undecided += unpaid ? 0 : 1
    }
    expect(undecided).toBeGreaterThan(0) // the disguise is complete in some of them
    expect(undecided).toBeLessThan(SEEDS / 4)
  })
})
