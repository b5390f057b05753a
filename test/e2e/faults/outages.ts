import { setTimeout as pause } from 'node:timers/promises'
import { TRADE_MS, withChildren, type Rig } from './rig'

/** Longer than the second leg's not-after, which is three and a half seconds from the decision. */
const STOPPED_MS = 4_000
/** Longer than the lease, which is three seconds. */
const OUTAGE_MS = 5_000
/** The sweeper looks every half minute, and what it finds is read back from the venue first. */
const SWEPT_MS = 120_000
/** A trade that finds both venues closed says so with its next choice. */
const WAITING_MS = 20_000

const signalAll = (pids: readonly number[], signal: 'SIGSTOP' | 'SIGCONT'): void => pids.forEach((pid) => process.kill(pid, signal))

export const ready = (rig: Rig): Promise<void> =>
  rig.stack.until('streaming to be ready', TRADE_MS, async () => (await rig.stack.streaming<{ ready: boolean }>())?.ready === true)

/** Processes and servers that stop or die while a first leg is naked. */
export function processOutages(rig: () => Rig): void {
  it('SIGSTOP past notAfter: the second leg does not leave, a cure takes its place (E11, E16)', async () => {
    const id = await rig().heldOpen('stopped')
    const pid = rig().stack.pidOf('streaming')
    process.kill(pid, 'SIGSTOP')
    await pause(STOPPED_MS) // the length of the stop is what is tested
    process.kill(pid, 'SIGCONT')
    expect(await rig().result(id)).toEqual({ outcome: 'locked', filled: { a: 10, c: 10 } })
    await ready(rig())
  })

  it('A13 kill -9 between the legs: the successor finds the first leg and completes it (E12, E19)', async () => {
    const id = await rig().heldOpen('killed')
    process.kill(rig().stack.pidOf('streaming'), 'SIGKILL')
    const { outcome, filled } = await rig().result(id)
    expect(['locked', 'unwound']).toContain(outcome) // unwound while ForecastEx has no quotes yet
    expect(filled['a']).toBe(10)
    await ready(rig())
  })

  it('Postgres down between the legs, for longer than the lease: the trade waits and is finished after', async () => {
    const id = await rig().heldOpen('postgres')
    const pids = withChildren(rig().stack.pidOf('postgres'))
    signalAll(pids, 'SIGSTOP')
    try {
      await pause(OUTAGE_MS) // the length of the outage is what is tested
    } finally {
      signalAll(pids, 'SIGCONT')
    }
    const { outcome, filled } = await rig().result(id)
    expect(outcome).toBe('locked')
    expect(filled['a']).toBe(10)
    await ready(rig())
  })

  it('Temporal killed between the legs: the saga goes on where its history ends', async () => {
    const id = await rig().heldOpen('temporal')
    process.kill(rig().stack.pidOf('temporal'), 'SIGKILL')
    const { outcome, filled } = await rig().result(id)
    expect(outcome).toBe('locked')
    expect(filled['a']).toBe(10)
    await ready(rig())
  })

  it('E25 a terminated workflow: the sweeper finds its trade, and a successor ends it', async () => {
    const id = await rig().heldOpen('terminated', 2_300)
    await rig().terminate('terminated')
    const { outcome, filled } = await rig().result(id, SWEPT_MS)
    expect(['locked', 'unwound']).toContain(outcome)
    expect(filled['a']).toBe(10)
  })
}

/** Lines to the venues that drop, and venues that close, while a first leg is naked. */
export function lineOutages(rig: () => Rig): void {
  it('A14 every line drops: feeds and sessions return by themselves and the next box is locked', async () => {
    await rig().kalshi('fault', { name: 'drop_ws' })
    await rig().ibkr('drop', {})
    await ready(rig())
    expect(await rig().result(await rig().taken('dropped'))).toEqual({ outcome: 'locked', filled: { a: 10, b: 10 } })
  })

  it.each([
    { pair: 'login', what: 'the gateway waits for its login', close: expireLogin, open: logIn },
    { pair: 'broker', what: 'the gateway has lost IBKR (1100)', close: loseBroker, open: regainBroker },
  ])('E24 both venues closed with a naked leg, $what: it is waited out, and cured when they open', async ({ pair, close, open }) => {
    const { ticker } = rig().listing(pair)
    const id = await rig().heldOpen(pair)
    await rig().kalshi('market_status', { ticker, status: 'inactive' })
    await close(rig())
    try {
      const waits = async (): Promise<boolean> => (await rig().progress(id)) === 'waiting-for-venue'
      await rig().stack.until('the trade to wait for its venues', WAITING_MS, waits)
    } finally {
      await rig().kalshi('market_status', { ticker, status: 'active' })
      await open(rig())
    }
    const { outcome, filled } = await rig().result(id)
    expect(['locked', 'unwound']).toContain(outcome) // whichever venue opens first
    expect(filled['a']).toBe(10)
    await ready(rig())
  })
}

const expireLogin = async (rig: Rig): Promise<void> => {
  await rig.ibkr('fault', { name: 'login_expired', once: false })
  await rig.ibkr('drop', {})
}
const logIn = async (rig: Rig): Promise<void> => {
  await rig.ibkr('fault', { name: 'login_expired', clear: true })
  await rig.ibkr('drop', {})
}
const loseBroker = (rig: Rig): Promise<void> =>
  rig.ibkr('notice', { code: 1100, text: 'Connectivity between IBKR and Trader Workstation has been lost.' })
const regainBroker = (rig: Rig): Promise<void> =>
  rig.ibkr('notice', { code: 1102, text: 'Connectivity between IBKR and Trader Workstation has been restored.' })
