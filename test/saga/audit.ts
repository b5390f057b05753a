import { parseOrderId, type ClientOrderId } from '../../src/core/ids'
import type { OrderIntent } from '../../src/core/trade/order'
import type { OrderVerdict } from '../../src/core/trade/outcome'
import type { BoxPlan, CureOption, TradeResult } from '../../src/core/trade/plan'
import { ONE_CONTRACT } from '../../src/core/units'

/** One order as the world knows it: what really happened, and what the saga was told. */
export interface Placed {
  readonly order: OrderIntent
  /** False: a gate refused it before its bytes. */
  readonly onTheWire: boolean
  /** What really filled. */
  readonly actual: number
  /** What counts: that, or what a verdict says that did. */
  truth: number
  /** The way of the cure that it is. */
  readonly way: CureOption['way'] | null
  /** What the cure was to lose when it filled whole. */
  readonly loss: number
  told: number | null
  rejected: boolean
  finals: number
  /** What the trade was told when it was made final: less than the truth once a fill has come after it. */
  final: number
  verdict: OrderVerdict | null
}

/** All that the world saw of one trade. Every violation begins with the number of the rule it breaks. */
export class Audit {
  readonly placed = new Map<ClientOrderId, Placed>()
  readonly unresolved = new Set<ClientOrderId>()
  readonly closed: TradeResult[] = []
  readonly violations: string[] = []
  /** Orders that a halt kept back. */
  readonly stopped = new Set<ClientOrderId>()
  reserved = false
  refused = false
  held = false
  /** A successor has the trade. */
  takenOver = false
  /** How often a cure was asked for. */
  choices = 0
  /** How often the order port refused one for its lots: each time all finals are asked for again. */
  overLots = 0
  /** The last cure, until the next pause: one more at once after it filled nothing is a runaway loop of orders, not a cure. */
  lastCure: Placed | null = null

  expect(kept: boolean, rule: string): void {
    if (!kept) this.violations.push(rule)
  }
  /** What the first leg really holds and no other order has answered. */
  unpaired(): number {
    return [...this.placed.values()].reduce((sum, { order, truth }) => sum + (letterOf(order) === 'a' ? truth : -truth), 0)
  }
  /** Of that, what came after a final and nobody has told the trade. */
  unheard(): number {
    return [...this.placed.values()].reduce((sum, { truth, final, finals }) => (finals > 0 ? sum + truth - final : sum), 0)
  }
  bySlot(letter: 'a' | 'b'): Placed | undefined {
    return [...this.placed.values()].find(({ order }) => letterOf(order) === letter)
  }
}

export const letterOf = (order: OrderIntent): 'a' | 'b' | 'c' => parseOrderId(order.clientOrderId).leg

/** What must be true of an ended trade, whatever happened. Empty: nothing is wrong. */
export const violationsOf = (plan: BoxPlan, result: TradeResult, audit: Audit): readonly string[] => [
  ...audit.violations,
  ...endings(audit, result),
  ...quantities(audit, result),
  ...(isLabelled(result, audit) ? [] : [`§5 labelled ${result.label}: ${JSON.stringify(vectorOf(result))}`]),
  ...legs(plan, audit),
]

const vectorOf = ({ locked, flat, held, dust }: TradeResult): object => ({ locked, flat, held, dust })

/** E14, I9: a trade ends once, with every order known and final. A successor may have to end it again. */
function endings({ placed, closed, unresolved, takenOver, overLots }: Audit, result: TradeResult): string[] {
  const found = [...placed.values()]
    .filter(({ told, finals }) => (told === null ? finals > 0 : finals < 1 || finals > 1 + overLots))
    .map(({ order, finals }) => `E14 ${order.clientOrderId} made final ${finals} times`)
  if (closed.length < 1 || closed.length > (takenOver ? 2 : 1)) found.push(`I9 closed ${closed.length} times`)
  else if (JSON.stringify(vectorOf(closed.at(-1) ?? result)) !== JSON.stringify(vectorOf(result)))
    found.push('I9 closed with another vector')
  if (takenOver !== (result.takenOver !== undefined)) found.push('E25 the result does not tell that a successor ended the trade')
  if (unresolved.size > 0) found.push(`E12 ended with an unknown order: ${[...unresolved].join()}`)
  return found
}

/** §5: every contract that the first leg really bought is in exactly one part of the vector. */
function quantities(audit: Audit, { locked, flat, held, dust }: TradeResult): string[] {
  const found: string[] = []
  const all = [...audit.placed.values()]
  const sum = (of: (each: Placed) => boolean): number => all.filter(of).reduce((total, { truth }) => total + truth, 0)
  const left = audit.unpaired()
  const bought = sum(({ order }) => letterOf(order) === 'a')
  if (left < 0) found.push(`I3 over-cured by ${-left}`)
  if (left !== held + dust) found.push(`§5 left ${left}, told ${held} held and ${dust} dust`)
  if (dust >= ONE_CONTRACT) found.push(`E15 ${dust} is not dust`)
  if (held > 0 && !audit.held) found.push(`E23 ${held} unpaired that nobody chose to hold`)
  if (locked + flat + held + dust !== bought) found.push(`§5 the vector does not add up to ${bought}`)
  const completed = sum(({ order, way }) => letterOf(order) === 'b' || way === 'complete')
  if (left >= 0 && locked !== completed) found.push(`§5 locked ${locked}, completed ${completed}`)
  return found
}

function isLabelled({ label, locked, flat, held, dust, verdicts = [] }: TradeResult, { placed, takenOver }: Audit): boolean {
  const all = [...placed.values()]
  const given = all.flatMap(({ verdict }) => verdict ?? [])
  if (JSON.stringify(given) !== JSON.stringify(verdicts)) return false
  if (given.length > 0) return label === 'surrendered'
  const anyByte = all.some(({ onTheWire }) => onTheWire)
  switch (label) {
    case 'refused':
      return !anyByte
    case 'missed':
      return (anyByte || takenOver) && locked + flat + held + dust === 0
    case 'locked':
      return locked > 0 && flat === 0 && held === 0
    case 'partly-locked':
      return locked > 0 && flat > 0 && held === 0
    case 'unwound':
      return locked === 0 && held === 0 && flat > 0
    case 'held':
      return held > 0 || (dust > 0 && locked + flat === 0)
    case 'surrendered':
      return false
    default:
      return label satisfies never
  }
}

/** E5, E15, E26: nothing without a grant; the second leg follows the first's own answer unless something stopped it. */
function legs({ legs: [, second] }: BoxPlan, audit: Audit): string[] {
  const found: string[] = []
  if (!audit.reserved && audit.placed.size > 0) found.push('E5 sent without a reservation')
  const answered = audit.bySlot('a')?.told ?? 0
  const sent = audit.bySlot('b')?.order.quantity ?? 0
  const whole = answered - (answered % ONE_CONTRACT)
  if (sent > whole) found.push(`I6 leg 2 of ${sent} for ${answered} told of leg 1`)
  if (sent < whole && !audit.takenOver && !audit.stopped.has(second.order.clientOrderId))
    found.push(`E26 leg 2 of ${sent} for ${answered}, and nothing stopped it`)
  return found
}
