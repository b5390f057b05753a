import type { Strike, Tokens } from './line'
import type { World } from './world'

/** What an order meets: a whole fill, a part of it, nothing, or the netting of what is held. */
export type Course = 'fills' | 'part' | 'misses' | 'nets'
export interface Case {
  readonly name: string
  readonly seed: number
  readonly course: Course
  readonly settings: object
  readonly zone: 'UTC' | null
  readonly prepare: (world: World) => void
  /** No verdict is a right answer here (E12); whatever is told must still be true. */
  readonly mayStayUnknown: boolean
  readonly disguised: boolean
  /** The line must have struck: else the case has proven nothing. */
  readonly strikes: number
}

const is = (id: string) => (tokens: Tokens) => tokens[0] === id
const PLACE = '3'
const OPEN_ORDER = '5'
const STATUS = '3'
const EXECUTION = '11'
const COMMISSION = '59'

export type Where = Pick<Strike, 'direction' | 'matches'>
/** The life of an order as the wire sees it, up to the reads that make it final. */
export const POINTS: Readonly<Record<string, Where & { readonly courses: readonly Course[] }>> = {
  'the order': { direction: 'out', matches: is(PLACE), courses: ['fills', 'part', 'misses', 'nets'] },
  'its first openOrder': { direction: 'in', matches: is(OPEN_ORDER), courses: ['fills', 'part', 'misses', 'nets'] },
  'its first status': { direction: 'in', matches: is(STATUS), courses: ['fills', 'part', 'misses', 'nets'] },
  'its execution': { direction: 'in', matches: is(EXECUTION), courses: ['fills', 'part', 'nets'] },
  'its last status': {
    direction: 'in',
    matches: (tokens) => tokens[0] === STATUS && (tokens[2] === 'Filled' || tokens[2] === 'Cancelled'),
    courses: ['fills', 'part', 'misses', 'nets'],
  },
  'its commission': { direction: 'in', matches: is(COMMISSION), courses: ['fills', 'part', 'nets'] },
  'the question for executions': { direction: 'out', matches: is('7'), courses: ['fills', 'part', 'misses', 'nets'] },
  'the last of the executions': { direction: 'in', matches: is('55'), courses: ['fills', 'part', 'nets'] },
  'the question for positions': { direction: 'out', matches: is('61'), courses: ['fills', 'part', 'nets'] },
  'the last of the positions': { direction: 'in', matches: is('62'), courses: ['fills', 'misses', 'nets'] },
}

type Fault = (world: World, where: Where) => void
const strike =
  (act: (where: Where, world: World) => Strike['act']): Fault =>
  (world, where) =>
    world.line.arm({ ...where, act: act(where, world) })
const notice = (code: number, text: string): readonly unknown[] => [4, 2, -1, code, text, '']
const lost = notice(1100, 'Connectivity between IB and the gateway has been lost.')
const ignore = (): void => undefined

/** What befalls the wire, the gateway or our process, whatever the order does meanwhile. */
export const WIRE_FAULTS: Readonly<Record<string, Fault>> = {
  'a reset before': strike(() => ({ kind: 'cut', how: 'reset', when: 'before' })),
  'a reset after': strike(() => ({ kind: 'cut', how: 'reset', when: 'after' })),
  'an end before': strike(() => ({ kind: 'cut', how: 'end', when: 'before' })),
  'a hanging connection at': strike(() => ({ kind: 'hang' })),
  'our connection gone at': strike(({ direction }) =>
    direction === 'out' ? { kind: 'orphan', ms: 250 } : { kind: 'cut', how: 'end', when: 'after' },
  ),
  'the loss of': strike(() => ({ kind: 'lose' })),
  'three more of': strike(({ direction }) => (direction === 'in' ? { kind: 'repeat', times: 3 } : { kind: 'crumble' })),
  'a delay of': strike(() => ({ kind: 'delay', ms: 120 })),
  'a later place for': strike(() => ({ kind: 'swap' })),
  'single bytes from': strike(() => ({ kind: 'crumble' })),
  'our end after': strike((_, world) => ({ kind: 'call', when: 'after', work: () => void world.restartProcess().catch(ignore) })),
  'our end before': strike((_, world) => ({ kind: 'call', when: 'before', work: () => void world.restartProcess().catch(ignore) })),
  'a restarted gateway after': strike((_, world) => ({
    kind: 'call',
    when: 'after',
    work: () => void world.restartGateway().catch(ignore),
  })),
  'IBKR lost and kept after': strike(() => ({ kind: 'insert', when: 'after', frames: () => [lost, notice(1102, 'restored, kept')] })),
  'IBKR lost, quotes too, before': strike(() => ({ kind: 'insert', when: 'before', frames: () => [lost, notice(1101, 'restored, lost')] })),
  'a broken farm after': strike(() => ({
    kind: 'insert',
    when: 'after',
    frames: () => [notice(2103, 'broken:usfarm'), notice(2104, 'OK:usfarm')],
  })),
}
/** These change what a frame is: a question that goes out twice or not at all is the adapter's own business. */
const ONLY_IN: ReadonlySet<string> = new Set(['three more of', 'a later place for', 'a delay of', 'single bytes from'])

/** What the exchange and the gateway do to an order by themselves, by the simulator's own faults. */
interface OrderFault {
  readonly courses: readonly Course[]
  readonly fields?: object
  /** Netting reports look like executions of the order. */
  readonly disguised?: boolean
  /** What the order does not come to. */
  readonly without?: readonly string[]
}
const WHOLE: readonly Course[] = ['fills']
const FILLED: readonly Course[] = ['fills', 'part']
const ENDED: readonly Course[] = ['fills', 'part', 'misses']
const TAKEN: readonly string[] = ['its execution', 'its last status']
const REFUSED: readonly string[] = ['its first openOrder', ...TAKEN]

/** What the exchange and the gateway do to an order by themselves: a name for the table, and the simulator's own fault. */
export const ORDER_FAULTS: Readonly<Record<string, readonly [name: string, fault: OrderFault]>> = {
  'a rejection': ['reject:201', { courses: WHOLE, without: REFUSED }],
  'a rejection after its openOrder': ['reject:201', { courses: WHOLE, fields: { after_open: true, inactive: 'after' }, without: TAKEN }],
  'a rejection without Inactive': ['reject:201', { courses: WHOLE, fields: { inactive: 'never' }, without: REFUSED }],
  'no permission': ['reject:203', { courses: WHOLE, without: REFUSED }],
  'a price off the tick': ['reject:110', { courses: ['misses'], without: REFUSED }],
  'a price out of range': ['reject:10344', { courses: ['misses'], without: REFUSED }],
  'a sale': ['reject:10343', { courses: WHOLE, without: REFUSED }],
  'warning 399': ['warning:399', { courses: ENDED }],
  'warning 2109': ['warning:2109', { courses: ENDED }],
  'warning 10311': ['warning:10311', { courses: FILLED }],
  'warning 10329': ['warning:10329', { courses: FILLED }],
  'a rewritten time in force': ['tif_rewritten', { courses: ['misses', 'part'] }],
  'three pieces': ['partial:3', { courses: FILLED }],
  'a late fill': ['late_fill_after_cancel', { courses: ['part'], fields: { size: 2, delay_ms: 5 } }],
  'no status': ['status_missing', { courses: ENDED, without: ['its last status'] }],
  'statuses before openOrders': ['status_reordered', { courses: FILLED }],
  'statuses out of order': ['status_out_of_order', { courses: FILLED }],
  'five of each status': ['duplicate_status', { courses: ENDED, fields: { count: 5 } }],
  'two of each openOrder': ['duplicate_open_order', { courses: FILLED, fields: { count: 2 } }],
  'executions twice': ['duplicate_exec', { courses: ['fills', 'nets'] }],
  'a correction of the price': ['correction', { courses: FILLED }],
  'a late correction': ['correction', { courses: FILLED, fields: { delay_ms: 5 } }],
  'a late commission': ['commission_late', { courses: FILLED }],
  'a commission only in reads': ['commission_missing', { courses: FILLED }],
  'a commission first': ['commission_first', { courses: FILLED }],
  'netting as a fill': ['netting_as_fill', { courses: ['nets'], disguised: true }],
}
const NETTINGS = [
  { netting_side: 'BOT', netting_carries_ref: true },
  { netting_side: 'SLD', netting_carries_ref: true },
  { netting_side: 'N' },
]

const pick = <T>(from: readonly T[], n: number): T => from[n % from.length] as T

/** Every fault of the wire at every point of an order's life. */
function wireCases(): readonly Case[] {
  const cases: Case[] = []
  for (const [fault, arm] of Object.entries(WIRE_FAULTS))
    for (const [point, where] of Object.entries(POINTS)) {
      if (where.direction === 'out' && ONLY_IN.has(fault)) continue
      const seed = cases.length + 1
      cases.push({
        name: `${fault} ${point}`,
        seed,
        course: pick(where.courses, seed),
        settings: {},
        zone: null,
        prepare: (world) => arm(world, where),
        mayStayUnknown: false,
        disguised: false,
        strikes: 1,
      })
    }
  return cases
}

/** What befalls the wire on top of an order's own fault. */
const AROUND = [
  ['a reset after', 'the order'],
  ['a reset after', 'its first openOrder'],
  ['a later place for', 'its execution'],
  ['our end after', 'its last status'],
] as const

/** Every fault of an order, alone and with the connection or our process lost around it. */
function orderCases(): readonly Case[] {
  const same = { settings: {}, zone: null, mayStayUnknown: false }
  const cases = Object.entries(ORDER_FAULTS).flatMap(
    ([called, [name, { courses, fields = {}, disguised = false, without = [] }]], n): Case[] => {
      const seed = 1_000 + n * 10
      const alone = (world: World): void => world.faults.arm({ name, ...fields })
      const around = AROUND.flatMap(([fault, point], m): Case[] => {
        const { courses: reached, ...where } = pointOf(point)
        const course = pick(courses, n + m)
        if (without.includes(point) || !reached.includes(course)) return []
        const prepare = (world: World): void => {
          alone(world)
          WIRE_FAULTS[fault]?.(world, where)
        }
        return [{ ...same, name: `${called} and ${fault} ${point}`, seed: seed + 1 + m, course, prepare, disguised, strikes: 1 }]
      })
      return [{ ...same, name: called, seed, course: pick(courses, n), prepare: alone, disguised, strikes: 0 }, ...around]
    },
  )
  const nettings = NETTINGS.map((settings, n): Case => {
    const disguised = settings.netting_side !== 'N'
    return {
      ...{ ...same, name: `netting as ${JSON.stringify(settings)}`, seed: 1_900 + n, course: 'nets', settings },
      ...{ prepare: ignore, disguised, strikes: 0 },
    }
  })
  return [...cases, ...nettings]
}

/** What comes when the order's answer is on our disk. */
const ANSWERED: ReadonlySet<string> = new Set([
  ...['the question for executions', 'the last of the executions', 'the question for positions', 'the last of the positions'],
])

/** The gateway forgets its executions in the middle of an order's life, with us there or not. */
function midnightCases(): readonly Case[] {
  const ended = (world: World): void => {
    world.midnight()
    world.restartProcess().catch(ignore)
  }
  const happens = [
    { fault: 'midnight after', work: (world: World) => world.midnight(), forgets: false },
    { fault: 'midnight and our end after', work: ended, forgets: true },
  ]
  return happens.flatMap(({ fault, work, forgets }) =>
    Object.entries(POINTS).map(([point, where], n) => ({
      name: `${fault} ${point}`,
      seed: 2_000 + n,
      course: pick(where.courses, n),
      settings: {},
      zone: 'UTC' as const,
      prepare: (world: World) => world.line.arm({ ...at(point), act: { kind: 'call', when: 'after', work: () => work(world) } }),
      mayStayUnknown: forgets && !ANSWERED.has(point),
      disguised: false,
      strikes: 1,
    })),
  )
}

function pointOf(point: string): Where & { readonly courses: readonly Course[] } {
  const where = POINTS[point]
  if (!where) throw new Error(`no point "${point}"`)
  return where
}
export function at(point: string): Where {
  const { direction, matches } = pointOf(point)
  return { direction, matches }
}

export const CASES: readonly Case[] = [...wireCases(), ...orderCases(), ...midnightCases()]
