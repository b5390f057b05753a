import type { Mode } from '../../../core/trade/plan'
import { millis } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import { loginOf } from '../../../core/login'
import { COMPETING_SESSION } from '../wire/errors'
import { applyNotice, REACHABLE, type Reach } from '../wire/session'
import type { Findings } from './findings'
import type { Visit } from './visit'

/** The version whose layouts the adapter is made for, and the first one at which the client library reads completed orders rightly (§1). */
const MADE_FOR = 193
const READABLE_FROM = 177
/** Round trips that are measured: enough for a median, few enough to send at once. */
const ROUND_TRIPS = 5
/** The gateway tells whole seconds; beyond two the clock of this machine needs somebody's hand. */
const CLOCK_LIMIT_MS = 2_000
const HALF_SECOND_MS = 500
/** A farm of market data, of history or of contracts is broken. */
const BROKEN_FARMS: ReadonlySet<number> = new Set([2103, 2105, 2157])

export function checkVersion({ serverVersion }: Visit, findings: Findings): void {
  const check = 'server version'
  if (serverVersion === null) return
  const install = 'install a current stable, offline build of IB Gateway'
  if (serverVersion < READABLE_FROM)
    findings.failed(check, `${serverVersion}: completed orders are misread below ${READABLE_FROM}`, install)
  else if (serverVersion < MADE_FOR) findings.warning(check, `${serverVersion}, older than ${MADE_FOR}`, install)
  else findings.ok(check, String(serverVersion))
  findings.observe('server-version', String(serverVersion))
}

/** Which accounts this login has, and whether it is the kind of login that the mode is for. */
export function checkAccounts({ managed }: Visit, account: string, mode: Mode, simulated: boolean, findings: Findings): void {
  if (!managed.includes(account)) return findings.trouble('accounts', { kind: 'wrong-account', account, managed })
  const others = managed.filter((name) => name !== account)
  if (others.length === 0) findings.ok('accounts', account)
  else
    findings.warning(
      'accounts',
      `${account}, and also ${others.join(', ')}: orders and positions of all of them are told here`,
      'log in as a user of this account alone; what is another account’s is left out by its name',
    )
  const login = loginOf(account)
  const detail = `${account} is a ${login} account, the mode is ${mode}`
  if (simulated) findings.ok('login', `${detail}, the gateway is simulated`)
  else if (mode === 'live' && login === 'paper')
    findings.failed('login', detail, 'log the gateway in to the live account, or set another mode: paper fills are not real')
  else if (mode !== 'live' && login === 'live')
    findings.warning('login', detail, 'real money: use a paper login for everything but mode live; this inspection places no order')
  else findings.ok('login', detail)
}

/** What the gateway has said of its way to IBKR and to the farms since the connection began. */
export function checkNotices({ notices }: Visit, findings: Findings): void {
  const at = millis(0) // when it was regained is not looked at
  let reach: Reach = REACHABLE
  for (const { code, message } of notices) reach = applyNotice(reach, code, message, at).reach
  const broken = notices.filter(({ code }) => BROKEN_FARMS.has(code)).map(({ code, message }) => `${code}: ${message}`)
  const lost = notices.findLast(({ code }) => code === 1100 || code === 2110)
  if (reach.broker === 'lost') findings.trouble('way to IBKR', { kind: 'broker-lost', code: lost?.code ?? 1100 })
  else findings.ok('way to IBKR', 'up')
  if (notices.some(({ code }) => code === COMPETING_SESSION)) findings.trouble('farms', { kind: 'competing-session' })
  else if (broken.length > 0 && (reach.brokenFarms.length > 0 || broken.some((text) => !text.startsWith('2103'))))
    findings.warning('farms', broken.join('; '), 'a farm comes back by itself; if it stays so, see the status page of IBKR')
  else findings.ok('farms', [...new Set(notices.map(({ code }) => code))].join(', ') || 'no word of them')
}

/** The gateway's clock and how long it takes to ask for it. */
export async function checkClock(visit: Visit, clock: Clock, findings: Findings, signal: AbortSignal): Promise<void> {
  const tookMs: number[] = []
  let offsetMs = 0
  for (let n = 0; n < ROUND_TRIPS; n++) {
    const sentMs = clock.nowMs()
    const answer = await visit.ask<number>(
      {
        write: (ib) => ib.reqCurrentTime(),
        take: ({ callback }) => (callback?.kind === 'currentTime' ? callback.seconds : null),
        enough: (items) => items.length > 0,
      },
      signal,
    )
    const [seconds] = answer.items
    if (seconds === undefined)
      return findings.failed(
        'round trip',
        `reqCurrentTime was not answered within ${Math.round(answer.tookMs)} ms`,
        'start the gateway again',
      )
    tookMs.push(answer.tookMs)
    offsetMs = seconds * 1_000 + HALF_SECOND_MS - (sentMs + answer.tookMs / 2)
  }
  const sorted = tookMs.toSorted((a, b) => a - b)
  findings.ok('round trip', `${shown(sorted[Math.floor(sorted.length / 2)])} median, ${shown(sorted.at(-1))} longest of ${ROUND_TRIPS}`)
  const detail = `the gateway's is ${Math.round(Math.abs(offsetMs))} ms ${offsetMs < 0 ? 'behind' : 'ahead'}, give or take half a second`
  if (Math.abs(offsetMs) <= CLOCK_LIMIT_MS) findings.ok('clock', detail)
  else findings.warning('clock', detail, 'synchronise the clocks of this machine and of the gateway (NTP)')
}

const shown = (ms: number | undefined): string => `${(ms ?? 0).toLocaleString('en', { maximumFractionDigits: 1 })} ms`
