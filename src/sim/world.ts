import { assertNever } from '../core/assert'
import { mulberry32, streamSeed } from '../core/random'
import { price } from '../core/units'
import { manualClock, movableClock, realClock, type ClockKeeper, type MovableClock, type SimClock } from './clock'
import { ownClock } from './clock-file'
import { ArmedFaults, IBKR_FAULT_FIELDS, IBKR_FAULTS, KALSHI_FAULTS } from './faults'
import type { IbkrVenue, IbkrVenueOptions } from './ibkr/port'
import { createIbkrVenue } from './ibkr/venue'
import type { KnownResult } from './kalshi/listing'
import { createKalshiVenue, type KalshiVenue } from './kalshi/venue'
import { ODDS_FAULT_FIELDS, ODDS_FAULTS } from './odds/faults'
import { createOddsVenue, type OddsVenue } from './odds/venue'
import type { LoadedScenario } from './scenario'
import type { TimelineEntry } from './schema'
import { earlierState, forgetfulStore, openJournal, type Store } from './state'
import { loadTape } from './tape/load'
import { Player, type TapeProgress } from './tape/player'
import { dueAt } from './times'
import { WireLog } from './wire-log'

export interface Addresses {
  readonly host: string
  readonly kalshiPort: number
  readonly ibkrPort: number
  readonly oddsPort?: number
}

/** A fault drop that says no more than this ends all connections at once. */
const URGENT_FIELDS: ReadonlySet<string> = new Set(['venue', 'type', 'name', 'ending', 'once'])

/** Everything simulated, together: venues, tapes, timeline, clock. */
export class World {
  readonly wire = new WireLog()
  readonly kalshi: KalshiVenue | null
  readonly ibkr: IbkrVenue | null
  readonly odds: OddsVenue | null
  readonly #clock: SimClock | MovableClock
  readonly #ibkrFaults: ArmedFaults
  readonly #players: readonly Player[]
  readonly #store: Store
  readonly #ibkrStore: Store

  /**
   * @param keeper of a clock that can be moved.
   * @throws Error with one sentence when a tape or the stored state cannot be used.
   */
  constructor(
    private readonly loaded: LoadedScenario,
    stateDirectory: string | null,
    seed: number,
    keeper: ClockKeeper = ownClock(),
  ) {
    const { scenario } = loaded
    this.#clock = clockOf(loaded, keeper)
    const random = (name: string): (() => number) => mulberry32(streamSeed(`${seed}|${name}`))
    this.#ibkrFaults = new ArmedFaults(IBKR_FAULTS, random('ibkr faults'), IBKR_FAULT_FIELDS)
    this.#store = stateDirectory === null || !scenario.kalshi ? forgetfulStore : openJournal(stateDirectory, 'kalshi')
    this.kalshi = this.#openKalshi(seed, new ArmedFaults(KALSHI_FAULTS, random('kalshi faults')))
    this.#ibkrStore = stateDirectory === null || !scenario.ibkr ? forgetfulStore : openJournal(stateDirectory, 'ibkr')
    this.ibkr = this.#openIbkr(random('ibkr'), stateDirectory)
    this.odds = this.#openOdds(random('odds faults'))
    this.#players = scenario.tapes.map((section) => {
      const tape = loadTape(section, scenario, loaded.directory, this, this.#clock)
      return new Player(tape, this.#clock, () => this.#tapeEnded())
    })
  }

  #openKalshi(seed: number, faults: ArmedFaults): KalshiVenue | null {
    const { scenario, publicKeys } = this.loaded
    if (!scenario.kalshi) return null
    return createKalshiVenue({
      section: scenario.kalshi,
      publicKeys,
      seed,
      clock: this.#clock,
      faults,
      store: this.#store,
      results: kalshiResults(scenario.timeline),
      wire: (dir, conn, text) => this.wire.add({ at_ms: this.#clock.nowMs(), venue: 'kalshi', dir, conn, text }),
    })
  }

  #openIbkr(random: () => number, stateDirectory: string | null): IbkrVenue | null {
    const { scenario } = this.loaded
    if (!scenario.ibkr) return null
    const earlier = stateDirectory === null ? null : earlierState(stateDirectory, 'ibkr')
    const options: IbkrVenueOptions = {
      section: scenario.ibkr,
      clock: this.#clock,
      faults: this.#ibkrFaults,
      random,
      store: this.#ibkrStore,
      earlier: earlier?.document,
      results: ibkrResults(scenario.timeline),
      wire: (dir, conn, tokens) => this.wire.add({ at_ms: this.#clock.nowMs(), venue: 'ibkr', dir, conn, text: tokens.join('|') }),
    }
    const venue = createIbkrVenue(options)
    earlier?.remove()
    return venue
  }

  #openOdds(random: () => number): OddsVenue | null {
    const section = this.loaded.scenario.odds
    if (!section) return null
    return createOddsVenue({
      section,
      clock: this.#clock,
      faults: new ArmedFaults(ODDS_FAULTS, random, ODDS_FAULT_FIELDS),
      wire: (dir, conn, text) => this.wire.add({ at_ms: this.#clock.nowMs(), venue: 'odds', dir, conn, text }),
    })
  }

  /** Opens the listeners, then starts what the scenario's time starts. */
  async listen(at: Addresses): Promise<{ kalshi?: unknown; ibkr?: unknown; odds?: { readonly url: string } }> {
    const kalshi = await this.kalshi?.listen(at.host, at.kalshiPort)
    const ibkr = await this.ibkr?.listen(at.host, at.ibkrPort)
    const odds = await this.odds?.listen(at.host, at.oddsPort ?? 0)
    return { ...(kalshi ? { kalshi } : {}), ...(ibkr ? { ibkr } : {}), ...(odds ? { odds } : {}) }
  }

  start(): void {
    for (const entry of this.loaded.scenario.timeline) {
      const due = dueAt(entry.at_ms, this.loaded.startMs)
      if (due.after === 'start') this.#arm(entry, this.loaded.startMs + due.delayMs - this.#clock.nowMs())
    }
    for (const player of this.#players) if (player.tape.start === 'now') player.start()
    const look = (): void => this.#startWatched()
    this.kalshi?.onSubscribe(look)
    this.ibkr?.onSubscribe(look)
  }

  /** Tapes that wait for subscriptions start together, so that the venues of one recording stay aligned. */
  #startWatched(): void {
    const waiting = this.#players.filter((player) => player.tape.start === 'first_subscription' && player.isWaiting)
    if (waiting.length > 0 && waiting.every((player) => player.tape.isWatched())) for (const player of waiting) player.start()
  }

  #tapeEnded(): void {
    if (!this.#players.every((player) => player.hasEnded)) return
    for (const entry of this.loaded.scenario.timeline) {
      const due = dueAt(entry.at_ms, this.loaded.startMs)
      if (due.after === 'tapes') this.#arm(entry, due.delayMs)
    }
  }

  #arm(entry: TimelineEntry, delayMs: number): void {
    this.#clock.after(delayMs, () => {
      try {
        this.apply(entry)
      } catch (error) {
        process.stderr.write(`timeline ${entry.venue} ${entry.type}: ${error instanceof Error ? error.message : String(error)}\n`)
      }
    })
  }

  /** @throws Error with one sentence when the event cannot be applied. */
  apply(event: Record<string, unknown>): void {
    const { at_ms: _at, ...fields } = event
    switch (fields['venue']) {
      case 'kalshi':
        return present(this.kalshi, 'kalshi').apply(fields)
      case 'ibkr':
        return this.#applyIbkr(fields)
      case 'odds':
        return present(this.odds, 'odds').apply(fields)
      case 'clock':
        return this.#advance(fields)
      case 'tape':
        return this.#startTape(fields)
      default:
        throw new Error('"venue" must be one of kalshi, ibkr, odds, clock, tape')
    }
  }

  #applyIbkr(event: Record<string, unknown>): void {
    const venue = present(this.ibkr, 'ibkr')
    if (event['type'] === 'fault') {
      // Aimed at nothing it need not wait for anybody's request.
      const isAimed = event['once'] === false || Object.keys(event).some((field) => !URGENT_FIELDS.has(field))
      const isUrgent = event['name'] === 'drop' && !isAimed
      return isUrgent ? venue.apply({ type: 'drop', ending: event['ending'] }) : this.#ibkrFaults.arm(event)
    }
    venue.apply(event)
  }

  #advance(event: Record<string, unknown>): void {
    const ms = event['ms']
    if (event['type'] !== 'advance' || typeof ms !== 'number' || ms < 0) throw new Error('a clock event is {"type":"advance","ms":…}')
    if (!('advance' in this.#clock))
      throw new Error('the clock is real; set {"mode":"movable"} or {"mode":"manual","start":…} in the scenario to advance it')
    this.#clock.advance(ms)
  }

  #startTape(event: Record<string, unknown>): void {
    const players = this.#players.filter(
      (player) => player.isWaiting && (event['file'] === undefined || player.tape.file === event['file']),
    )
    if (event['type'] !== 'start' || players.length === 0)
      throw new Error('a tape event is {"type":"start","file"?:…} and needs a waiting tape')
    for (const player of players) player.start()
  }

  tapes(): readonly TapeProgress[] {
    return this.#players.map((player) => player.progress())
  }

  state(): unknown {
    return {
      now_ms: this.#clock.nowMs(),
      ...(this.kalshi ? { kalshi: this.kalshi.state() } : {}),
      ...(this.ibkr ? { ibkr: this.ibkr.state() } : {}),
      ...(this.odds ? { odds: this.odds.state() } : {}),
      tapes: this.tapes(),
    }
  }

  async close(): Promise<void> {
    for (const player of this.#players) player.stop()
    await Promise.all([this.kalshi?.close(), this.ibkr?.close(), this.odds?.close()])
    this.#store.close()
    this.#ibkrStore.close()
  }
}

function clockOf({ scenario, startMs }: LoadedScenario, keeper: ClockKeeper): SimClock | MovableClock {
  switch (scenario.clock.mode) {
    case 'real':
      return realClock()
    case 'manual':
      return manualClock(startMs)
    case 'movable':
      return movableClock(startMs, keeper)
    default:
      return assertNever(scenario.clock)
  }
}

function present<T>(venue: T | null, name: string): T {
  if (venue === null) throw new Error(`venue ${name} is not in the scenario`)
  return venue
}

function kalshiResults(timeline: readonly TimelineEntry[]): ReadonlyMap<string, KnownResult> {
  const results = new Map<string, KnownResult>()
  for (const { venue, type, ticker, result, settlement_value_dollars: value } of timeline) {
    if (venue !== 'kalshi' || type !== 'settle' || typeof ticker !== 'string') continue
    if (result !== 'yes' && result !== 'no' && result !== 'scalar') continue
    results.set(ticker, { result, value: typeof value === 'string' ? price(value) : null })
  }
  return results
}

function ibkrResults(timeline: readonly TimelineEntry[]): ReadonlyMap<number, 'yes' | 'no'> {
  const results = new Map<number, 'yes' | 'no'>()
  for (const { venue, type, con_id: conId, result } of timeline) {
    if (venue === 'ibkr' && type === 'settle' && typeof conId === 'number' && (result === 'yes' || result === 'no'))
      results.set(conId, result)
  }
  return results
}
