import type { Socket } from 'node:net'
import { Link, LOST_REPORTS, type LostReports } from './link'
import { Listener } from './listener'
import type { MarketData } from './market-data'
import type { FaultBook, IbkrSection, SimClock } from './port'
import type { Token } from './protocol/frames'
import { noticeText } from './protocol/notices'
import { reply } from './protocol/replies'
import { GATEWAY_ZONE, zonedText } from './protocol/zoned-time'
import { Session } from './session'

/** What a gateway says when it has started (§10.1). */
const START_NOTICES = [2104, 2106, 2158] as const

export interface FrontOptions {
  readonly settings: IbkrSection['settings']
  readonly clock: SimClock
  readonly faults: FaultBook
  /** 32 random bits. */
  readonly random: () => number
  readonly marketData: () => MarketData
  readonly accounts: () => readonly string[]
  readonly nextOrderId: (clientId: number) => number
  /** A request that the gateway may answer now. */
  readonly request: (session: Session, tokens: readonly string[]) => void
  readonly wire: (dir: 'in' | 'out', conn: number, tokens: readonly string[]) => void
}

type Event = Record<string, unknown>

/** How a connection ends: in order, at once, or with a reset. */
const ENDINGS = ['close', 'fin', 'rst'] as const
type Ending = (typeof ENDINGS)[number]
const isEnding = (value: unknown): value is Ending => ENDINGS.some((ending) => ending === value)
const isLostReports = (value: unknown): value is LostReports => LOST_REPORTS.some((mode) => mode === value)

/** The side of the gateway that clients see: its port, their sessions, its login and its line to IBKR. */
export class Front {
  readonly clients = new Map<number, Session>()
  readonly link = new Link()
  readonly #listener: Listener
  readonly #connections = new Set<Session>()
  /** Clients that wait for somebody to log the gateway in. */
  readonly #waiting = new Set<Session>()
  #isLoggedIn = true
  #connectionCount = 0

  constructor(private readonly options: FrontOptions) {
    this.#listener = new Listener((socket) => this.#connect(socket))
  }

  listen(host: string, port: number): Promise<{ host: string; port: number }> {
    return this.#listener.open(host, port)
  }

  async close(): Promise<void> {
    const done = this.#listener.close()
    this.dropAll()
    await done
  }

  dropAll(how: Ending = 'close'): void {
    for (const session of this.#connections) end(session, how)
  }

  /** Order reports pass here: they come late or never while the line to IBKR is lost. */
  report(session: Session, frame: readonly Token[]): void {
    if (this.link.passes(session, frame)) session.send(...frame)
  }

  notice(code: unknown, text?: unknown): void {
    if (typeof code !== 'number' || !Number.isInteger(code)) throw new Error('"code" must be a whole number like 1100')
    const said = typeof text === 'string' ? text : noticeText(code)
    for (const session of this.clients.values()) session.send(...reply.notice(code, said))
  }

  /** @returns false when the event is none of the session's. @throws Error with one sentence when it cannot be applied. */
  apply(event: Event): boolean {
    switch (event['type']) {
      case 'notice':
        this.notice(event['code'], event['text'])
        return true
      case 'drop':
        this.dropAll(endingOf(event))
        return true
      case 'half_open':
        for (const session of this.#connections) session.mute()
        return true
      case 'port_closed':
      case 'restart':
        this.closePort(millis(event['ms']))
        return true
      case 'port_reset':
        this.#resetPort()
        return true
      case 'login':
        this.#setLogin(event['expired'] !== true)
        return true
      case 'link':
        this.#setLink(event)
        return true
      case 'farm':
        this.#setFarm(event['connected'] !== false)
        return true
      default:
        return false
    }
  }

  /** All connections end and nobody can connect for so long: orders live on at the exchange. */
  closePort(ms: number): void {
    this.dropAll()
    this.#listener.closeFor((work) => this.options.clock.after(ms, work))
  }

  /** Faults that strike at a request. @returns false when the request is not to be served. */
  admits(session: Session, tokens: readonly string[]): boolean {
    const { faults } = this.options
    const match = { client_id: session.clientId, request: Number(tokens[0]) }
    const restart = faults.take('restart', match) ?? faults.take('port_closed', match)
    if (restart) this.#restart(restart)
    else if (this.#strikes(session, match)) return false
    return restart === null && !this.link.holds(session, tokens)
  }

  #restart(fault: Event): void {
    const { ms } = fault
    // Without a time the gateway is back at once, as if a supervisor had restarted it.
    if (ms === undefined) this.dropAll()
    else this.closePort(millis(ms))
  }

  #strikes(session: Session, match: Event): boolean {
    const { faults } = this.options
    const drop = faults.take('drop', match)
    if (drop) end(session, endingOf(drop))
    else if (faults.take('half_open', match)) session.mute()
    else if (faults.take('pacing', match)) session.breach()
    else return this.#disturbs(match)
    return true
  }

  /** What happens besides: the request itself is served, or waits for the line. */
  #disturbs(match: Event): false {
    const { faults } = this.options
    const notice = faults.take('notice', match)
    if (notice) this.notice(Number(notice.name.split(':')[1] ?? notice['code']), notice['text'])
    const lost = faults.take('link_lost', match)
    if (lost) this.#loseFor(lost)
    return false
  }

  #loseFor(fault: Event): void {
    this.#setLink({ state: 'lost', reports: fault['reports'], code: fault['lost_code'] })
    // Without a time the line stays lost.
    if (fault['ms'] === undefined) return
    const back = { state: 'restored', code: fault['code'] }
    this.options.clock.after(millis(fault['ms']), () => this.link.isLost && this.#setLink(back))
  }

  #connect(socket: Socket): void {
    const { settings, clock, faults, random, wire } = this.options
    if (!settings.trusted || faults.take('untrusted'))
      return void socket
        .on('error', () => socket.destroy())
        .resume()
        .end()
    const session = new Session({
      number: ++this.#connectionCount,
      socket,
      settings,
      random,
      connectionTime: () => zonedText(clock.nowMs(), GATEWAY_ZONE),
      wire,
      started: (started) => this.#start(started),
      request: (from, tokens) => this.options.request(from, tokens),
      closed: (closed) => this.#closed(closed),
    })
    this.#connections.add(session)
    if (faults.take('no_answer')) session.mute()
  }

  #closed(session: Session): void {
    this.#connections.delete(session)
    this.#waiting.delete(session)
    if (this.clients.get(session.clientId) === session) this.clients.delete(session.clientId)
  }

  #start(session: Session): void {
    const { faults, accounts, nextOrderId } = this.options
    const match = { client_id: session.clientId }
    if (!this.#isLoggedIn || faults.take('login_expired', match)) return void this.#waiting.add(session)
    if (this.clients.has(session.clientId) || faults.take('client_id_taken', match)) {
      session.send(...reply.notice(326, noticeText(326)))
      return session.end()
    }
    this.clients.set(session.clientId, session)
    session.up()
    session.send(...reply.managedAccounts(accounts()))
    session.send(...reply.nextValidId(nextOrderId(session.clientId)))
    for (const code of this.link.isLost ? ([1100] as const) : START_NOTICES) session.send(...reply.notice(code, noticeText(code)))
  }

  /** The weekly login (§3 "Hours"): the port is open, and START_API is not answered before somebody logs in. */
  #setLogin(isLoggedIn: boolean): void {
    this.#isLoggedIn = isLoggedIn
    if (!isLoggedIn) return this.dropAll()
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const session of waiting) this.#start(session)
  }

  #resetPort(): void {
    this.notice(1300)
    for (const session of this.#connections) session.end()
  }

  #setFarm(isConnected: boolean): void {
    this.notice(isConnected ? 2104 : 2103)
    if (isConnected) this.options.marketData().resume('farm')
    else this.options.marketData().pause('farm')
  }

  #setLink({ state, reports = 'withheld', code }: Event): void {
    if (state === 'restored') return this.#restoreLink(code ?? 1102)
    if (state !== 'lost') throw new Error('"state" must be "lost" or "restored"')
    if (!isLostReports(reports)) throw new Error(`"reports" must be one of ${LOST_REPORTS.join(', ')}`)
    if (code !== undefined && code !== 1100 && code !== 2110) throw new Error('"code" of a lost link must be 1100 or 2110')
    this.link.lose(reports)
    this.options.marketData().pause('link')
    this.notice(code ?? 1100)
  }

  #restoreLink(code: unknown): void {
    if (code !== 1101 && code !== 1102)
      throw new Error('"code" of a restored link must be 1101 (quotes are lost) or 1102 (quotes are kept)')
    const { requests, reports } = this.link.restore()
    if (code === 1101) this.options.marketData().forget()
    this.notice(code)
    for (const { clientId, frame } of reports) this.clients.get(clientId)?.send(...frame)
    this.options.marketData().resume('link')
    for (const { session, tokens } of requests) if (this.clients.get(session.clientId) === session) this.options.request(session, tokens)
  }
}

function end(session: Session, how: Ending): void {
  if (how === 'fin') session.end()
  else if (how === 'rst') session.reset()
  else session.drop()
}

function endingOf({ ending }: Event): Ending {
  if (ending === undefined) return 'close'
  if (!isEnding(ending)) throw new Error(`"ending" must be one of ${ENDINGS.join(', ')}`)
  return ending
}

function millis(ms: unknown): number {
  if (typeof ms !== 'number' || !(ms >= 0)) throw new Error('"ms" must be a number of milliseconds')
  return ms
}
