import type { Tokens } from './line'
import { at, type Case } from './matrix'
import type { World } from './world'

/** In milliseconds of the machine, in which four of the adapter's pass: from before an order is sent to its last moment. */
const LAST_MOMENT_MS = 500
/** The gateway comes to an order right before its last moment. */
const BEFORE_LAST_MOMENT_MS = 400
/** Longer than two looks and a new session take. */
const TOLD_LATE_MS = 2_500

const STATUS = '3'
const OPEN_ORDER = '5'
const SESSION = '9'
const EXECUTION = '11'
const HEARTBEAT = '49'
const OPEN_ORDERS_END = '53'
const COMMISSION = '59'
const POSITION = '61'
const POSITIONS_END = '62'
const COMPLETED = '101'
const ABOUT_ORDERS: ReadonlySet<string> = new Set([STATUS, OPEN_ORDER, EXECUTION, COMMISSION, COMPLETED])
const LIVE = '-1'

const isAboutOrders = ([id = '']: Tokens): boolean => ABOUT_ORDERS.has(id)
const isAbout = (tokens: Tokens): boolean => isAboutOrders(tokens) || tokens[0] === POSITION
/** Holds for so long. */
const within = (ms: number): (() => boolean) => {
  const endMs = Date.now() + ms
  return () => Date.now() < endMs
}
const notice = (code: number, text: string): readonly unknown[] => [4, 2, -1, code, text, '']

/** The gateway tells of an order, and of what it bought, later than it answers reads: what an absence must not be concluded from (E12). */
const LATE: Readonly<Record<string, (world: World) => void>> = {
  'a gateway that comes to the order when we are connected again': ({ line }) =>
    line.arm({ ...at('the order'), act: { kind: 'haunt', ms: BEFORE_LAST_MOMENT_MS } }),
  'a gateway that comes to the order when we give its session up': ({ line }) =>
    line.arm({ ...at('the order'), act: { kind: 'hold', ms: TOLD_LATE_MS } }),
  'positions told at once, the order itself late': ({ line }) => {
    const isLate = within(TOLD_LATE_MS)
    line.arm({ ...at('the order'), act: { kind: 'blind', hides: (told) => isLate() && isAboutOrders(told), cut: true } })
  },
  'nothing told in the first look after notAfter': ({ line }) => {
    const isEarly = within(LAST_MOMENT_MS)
    let look: 'early' | 'first' | 'second' = 'early'
    const hides = (told: Tokens): boolean => {
      if (look === 'early' && !isEarly() && told[0] === OPEN_ORDERS_END) look = 'first'
      else if (look === 'first' && told[0] === POSITIONS_END) look = 'second'
      return look !== 'second' && isAbout(told)
    }
    line.arm({ ...at('the order'), act: { kind: 'blind', hides, cut: true } })
  },
  'IBKR lost over the reconnect, and everything told some seconds after it is back': (world) => whileLost(world),
}

/** 1100 with the first heartbeat of the next session, 1102 after six more, and what was delayed after six more again. */
function whileLost({ line }: World): void {
  const [backAfter, toldAfter] = [6, 12]
  let beats = -Infinity
  const hides = (told: Tokens): boolean => {
    if (told[0] === SESSION) beats = 0
    if (told[0] === HEARTBEAT) beats += 1
    return beats < toldAfter && isAbout(told)
  }
  const beat = (after: number, code: number, text: string): void =>
    line.arm({
      direction: 'in',
      matches: ([id]) => id === HEARTBEAT && beats >= after,
      act: { kind: 'insert', when: 'after', frames: () => [notice(code, text)] },
    })
  line.arm({ ...at('the order'), act: { kind: 'blind', hides, cut: true } })
  beat(1, 1100, 'lost')
  beat(backAfter, 1102, 'restored, kept')
}

const lateCases = Object.entries(LATE).map(([name, prepare], n): Case => {
  return { name, seed: 3_000 + n, course: 'fills', settings: {}, zone: null, prepare, mayStayUnknown: false, disguised: false, strikes: 1 }
})

/** E14: what follows a cancel is told only to whoever asks for the executions again. */
const reread: Case = {
  name: 'a late fill that only a read tells',
  seed: 3_100,
  course: 'part',
  settings: {},
  zone: null,
  prepare({ faults, line }) {
    faults.arm({ name: 'late_fill_after_cancel', size: 2, delay_ms: 5 })
    const hides = (told: Tokens): boolean => (told[0] === EXECUTION && told[1] === LIVE) || told[0] === COMPLETED
    line.arm({ ...at('its last status'), act: { kind: 'blind', hides, cut: false } })
  },
  mayStayUnknown: false,
  disguised: false,
  strikes: 1,
}

/** E14: the account holds what a late fill has bought before any read of executions shows it. */
const heldFirst: Case = {
  ...reread,
  name: 'a late fill that positions show before its execution is told',
  seed: 3_101,
  prepare({ faults, line }) {
    faults.arm({ name: 'late_fill_after_cancel', size: 2, delay_ms: 5 })
    const isLate = within(TOLD_LATE_MS)
    line.arm({ ...at('its last status'), act: { kind: 'blind', hides: (told) => isLate() && isAboutOrders(told), cut: false } })
  },
}

export const LATE_CASES: readonly Case[] = [...lateCases, reread, heldFirst]
