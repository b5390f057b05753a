import { orderId, tradeId } from '../../../../src/core/ids'
import type { OrderIntent } from '../../../../src/core/trade/order'
import { millis, price, quantity } from '../../../../src/core/units'
import { intent } from '../rig'
import { differences, type Traded } from './check'
import { LATE_CASES } from './late'
import { CASES as USUAL_CASES, type Case, type Course } from './matrix'
import { World } from './world'

const CASES: readonly Case[] = [...USUAL_CASES, ...LATE_CASES]
/** Cases wait for limits more than they work. */
const AT_ONCE = 12
const LIMIT_MS = 400_000
/** Four times as fast as the machine's: three seconds of it until an order's bytes must leave, for a case is nothing without them. */
const NOT_AFTER_MS = 12_000

const TERMS: Readonly<Record<Course, Partial<OrderIntent>>> = {
  fills: { quantity: quantity('10'), limit: price('0.58') },
  part: { quantity: quantity('50'), limit: price('0.58') },
  misses: { quantity: quantity('10'), limit: price('0.57') },
  nets: { quantity: quantity('20'), limit: price('0.58') },
}
const orderOf = (world: World, { seed }: Case, n: number, terms: Partial<OrderIntent>): OrderIntent =>
  intent({ clientOrderId: orderId(tradeId(`t${seed}`), 'b', n), notAfterMs: millis(world.clock.nowMs() + NOT_AFTER_MS), ...terms })

/** A fault that never struck has proven nothing. */
const missed = ({ line, faults }: World, { strikes }: Case): readonly string[] => [
  ...(line.struck < strikes ? ['the line never struck'] : []),
  ...faults.armed().map(({ name }) => `${name} never struck`),
]

/** One order under one fault. @returns what is wrong, empty when nothing is. */
async function run(of: Case): Promise<readonly string[]> {
  const world = await World.open(of)
  try {
    const traded: Traded[] = []
    const held = of.course === 'nets' ? orderOf(world, of, 1, { outcome: 'no', quantity: quantity('15'), limit: price('0.44') }) : null
    if (held) {
      const before = await world.trade(held)
      if (!before) return ['what is held before was not bought']
      traded.push({ order: held, ...before })
    }
    of.prepare(world)
    const order = orderOf(world, of, 2, TERMS[of.course])
    const ended = await world.trade(order, of.mayStayUnknown)
    if (!ended && of.mayStayUnknown) return (world.placed.get(order.clientOrderId) ?? 0) > 1 ? ['sent twice'] : []
    if (!ended) return [`never known: ${world.log.lines.slice(-5).join(' | ')}`]
    await world.arrived()
    // once more where executions are forgotten: what was final stays so
    const final = of.zone === null ? ended.final : await world.finalise(order)
    if (!final) return ['final once, and not any more']
    traded.push({ order, outcome: ended.outcome, final })
    return [...missed(world, of), ...differences(world, traded, of.disguised)]
  } finally {
    await world.close()
  }
}

const results = new Map<string, Promise<readonly string[]>>()

describe(`E12 E13 E14 I1 I13 the fault matrix of an order at ForecastEx: ${CASES.length} cases`, () => {
  beforeAll(async () => {
    const waiting = [...CASES]
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const result = run(next).catch((error: Error) => [`threw ${error.stack ?? error.message}`])
        results.set(next.name, result)
        await result
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }, LIMIT_MS)

  it('has at least 150 cases, each with a name of its own', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
    expect(CASES.length).toBeGreaterThanOrEqual(150)
  })
  it.each(CASES)('seed $seed $course: $name', async ({ name }) => {
    expect(await results.get(name)).toEqual([])
  })
})
