import { mulberry32 } from '../../../../src/core/random'
import type { ClientOrderId, Outcome } from '../../../../src/core/ids'
import type { OrderIntent } from '../../../../src/core/trade/order'
import { marketId } from '../../../../src/core/ids'
import { millis, price, quantity, type Price } from '../../../../src/core/units'
import { intent } from '../rig'
import type { Traded } from './check'
import { ORDER_FAULTS, POINTS, WIRE_FAULTS } from './matrix'
import { World } from './world'

/** How often something befalls an order: its wire, itself. */
const WIRE_FAULT_OF_100 = 55
const ORDER_FAULT_OF_100 = 35
const NETTING_SIDES = ['N', 'SLD', 'BOT'] as const

/** The random choices of one session: the same seed makes the same ones. */
export class Chance {
  readonly #next: () => number
  constructor(seed: number) {
    this.#next = mulberry32(seed)
  }
  /** 0 … n − 1. */
  below(n: number): number {
    return this.#next() % n
  }
  of100(share: number): boolean {
    return this.below(100) < share
  }
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T
  }
}

export interface Session {
  readonly world: World
  readonly chance: Chance
  /** Netting reports of this session look like executions of our orders. */
  readonly disguised: boolean
  readonly traded: Traded[]
  readonly told: string[]
}

export async function openSession(seed: number, yes: number): Promise<Session> {
  const chance = new Chance(seed)
  const netting_side = chance.pick(NETTING_SIDES)
  const netting_carries_ref = chance.of100(30)
  const depth = (best: number): [string, number][] =>
    Array.from({ length: 1 + chance.below(3) }, (_, n) => [`0.${best - n}`, 5 + chance.below(30)])
  const bids = { yes: depth(45 + chance.below(12)), no: depth(38 + chance.below(6)) }
  const world = await World.open({ seed, yes, settings: { netting_side, netting_carries_ref }, bids })
  return { world, chance, disguised: netting_side === 'BOT' || netting_carries_ref, traded: [], told: [] }
}

const someLimit = (chance: Chance): Price => price(`0.${40 + chance.below(25)}`)

/** What befalls the next order. @returns how to end what did not strike. */
function befall({ world, chance, told }: Session): void {
  if (chance.of100(WIRE_FAULT_OF_100)) {
    const [fault, arm] = chance.pick(Object.entries(WIRE_FAULTS))
    const [point, where] = chance.pick(Object.entries(POINTS))
    told.push(`${fault} ${point}`)
    arm(world, where)
  }
  if (chance.of100(ORDER_FAULT_OF_100)) {
    const [called, [name, { fields = {} }]] = chance.pick(Object.entries(ORDER_FAULTS))
    told.push(called)
    world.faults.arm({ name, ...fields })
  }
}
function calm({ world }: Session): void {
  world.line.disarm()
  for (const [name] of Object.values(ORDER_FAULTS)) world.faults.clear(name)
}

/**
 * Trades once, under whatever chance has in store, and lets the market move before.
 * @returns what the adapter came to. @throws Error when the order never became known.
 */
export async function step(session: Session, clientOrderId: ClientOrderId): Promise<Traded> {
  const { world, chance, told } = session
  if (chance.of100(60)) {
    const con_id = chance.pick([world.yes, world.no])
    const bid = { type: 'external_order', con_id, price: `0.${36 + chance.below(20)}`, size: 1 + chance.below(30) }
    world.venue.apply(bid)
  }
  if (chance.of100(8)) await world.restartProcess()
  if (chance.of100(5)) await world.restartGateway()
  await world.recovered()
  befall(session)
  const outcome: Outcome = chance.pick(['yes', 'no'])
  const order: OrderIntent = intent({
    clientOrderId,
    market: marketId(String(world.yes)),
    outcome,
    limit: someLimit(chance),
    quantity: quantity(String(1 + chance.below(40))),
    purpose: 'reducing',
    notAfterMs: millis(world.clock.nowMs() + 2_000),
  })
  told.push(`${clientOrderId}: ${order.quantity / 100} ${outcome} at ${order.limit}`)
  const ended = await world.trade(order)
  if (!ended) throw new Error(`${clientOrderId} never became known: ${world.log.lines.slice(-4).join(' | ')}`)
  calm(session)
  const traded = { order, ...ended }
  session.traded.push(traded)
  return traded
}

/** E14: fills that came after their order was final, as the late fills of the product are found: its executions are read once more. */
export async function collectLate({ world, traded }: Session): Promise<void> {
  for (const [n, { order, outcome, final: before }] of traded.entries()) {
    const final = await world.finalise(order)
    if (!final || final.quantity < before.quantity)
      throw new Error(`${order.clientOrderId} was final with ${before.quantity}, and is not any more`)
    traded[n] = { order, outcome, final }
  }
}
