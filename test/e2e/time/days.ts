import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Rig, type Ended } from '../faults/rig'

const CONFIG = path.join(__dirname, '..', '..', '..', 'config')
/** In New York's time; with the midnight after it and the reset after that it is one closure for openings. */
const GATEWAY_RESTART = '23:45'
/** E28. */
export const MARGIN_MS = 600_000
const SECOND_MS = 1_000
/** A session that was lost is there again, both venues have been looked at twice (E12) and the markets once more, on a machine that does something else. */
const BACK_MS = 120_000
/** Each start says so: nothing opens before Kalshi's answers have been looked at. */
const FIRST_LOOK = 'Kalshi has not been inspected yet'
/** What the streaming process says each time. */
const READ = 'The account was read for what the gateway is about to forget'
/** A book change becomes a refusal in milliseconds. */
const REFUSED_MS = 20_000

export interface Moment {
  readonly atMs: number
  readonly happens: (days: Days) => Promise<void>
  readonly passMs: number
  /** The clock is not moved on before the session with the gateway is there again. */
  readonly isBackAfter?: true
  /** Nor before the account has been read, at this moment or after it (trap 9): a jump would shorten every pause between two attempts. */
  readonly isReadAfter?: true
}
/** A time in which nothing opens, and what the venues do meanwhile. */
export interface Closed {
  readonly name: string
  readonly fromMs: number
  readonly untilMs: number
  /** In order. `passMs`: how long the clock is left alone after it, for what both sides do about it. */
  readonly moments: readonly Moment[]
}

interface Health {
  readonly refusals: Readonly<Record<string, number>>
  readonly feeds: readonly { readonly venue: string; readonly state: string }[]
}

/** The venues' own weeks, product and venues on a clock that the test moves. */
function ownWeeks(start: string): (folder: string) => Readonly<Record<string, string>> {
  return (folder) => {
    const file = path.join(folder, 'scenario.json')
    // the listings of the rig end on the next day
    const scenario = JSON.parse(fs.readFileSync(file, 'utf8').replaceAll('"+1d"', '"+30d"')) as Record<
      'kalshi' | 'ibkr',
      { settings?: object }
    >
    const { kalshi, ibkr } = scenario
    const moved = {
      ...scenario,
      clock: { mode: 'movable', start },
      kalshi: { ...kalshi, settings: { ...kalshi.settings, thursday_pause: true } },
      ibkr: { ...ibkr, settings: { ...ibkr.settings, executions_window: 'day' } },
    }
    fs.writeFileSync(file, JSON.stringify(moved))
    const config = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
    fs.cpSync(CONFIG, config, { recursive: true })
    const venues = path.join(config, 'venues.yaml')
    const [before = '', after = ''] = fs
      .readFileSync(venues, 'utf8')
      .replaceAll('calendar: open', 'calendar: venue')
      .split('\nforecastex:\n')
    fs.writeFileSync(venues, `${before}\nforecastex:\n  gateway_restart: '${GATEWAY_RESTART}'\n${after}`)
    return { CROSSBOOK_CONFIG: config }
  }
}

/** A rig whose days pass in jumps. */
export class Days {
  readonly rig: Rig
  readonly #pairs: string[]

  /** @param start RFC 3339; @param count of boxes that can be offered. */
  constructor(start: string, count: number) {
    this.#pairs = Array.from({ length: count }, (_, n) => `day-${n}`)
    this.rig = new Rig(this.#pairs, {}, undefined, ownWeeks(start))
  }

  /** A pair that nobody has offered yet. */
  fresh(): string {
    const pair = this.#pairs.shift()
    if (pair === undefined) throw new Error('no pair is left: give the days more of them')
    return pair
  }

  nowMs(): number {
    const { offsetMs } = JSON.parse(fs.readFileSync(path.join(this.rig.stack.dataDir, 'run', 'clock.json'), 'utf8')) as { offsetMs: number }
    return Date.now() + offsetMs
  }
  /** Moves the clock there, for product and venues. */
  async to(atMs: number): Promise<void> {
    const ms = atMs - this.nowMs()
    if (ms > 0) await this.rig.stack.post({ venue: 'clock', type: 'advance', ms })
  }
  /** Until it is so late, by a clock that nobody moves. */
  async through(atMs: number): Promise<void> {
    const { stack } = this.rig
    await stack.until(`the clock to show ${new Date(atMs).toISOString()}`, BACK_MS, () => Promise.resolve(this.nowMs() >= atMs))
  }

  /** A box is put there, and becomes a trade that locks. */
  async trade(): Promise<Ended> {
    const pair = this.fresh()
    const tradeId = await this.rig.taken(pair)
    const ended = await this.rig.ended(tradeId)
    expect([pair, ended.outcome]).toEqual([pair, 'locked'])
    return ended
  }
  /** A trade that is between its legs while the clock passes a moment at which nothing happens to it. */
  async tradeAcross(atMs: number): Promise<void> {
    await this.to(atMs - 6 * SECOND_MS)
    await this.through(atMs - SECOND_MS)
    const trade = await this.rig.ended(await this.rig.heldOpen(this.fresh()))
    expect(trade.outcome).toBe('locked')
  }
  /** A box is put there, and the calendar refuses it. @returns its pair, whose box still stands. */
  async refused(): Promise<string> {
    const pair = this.fresh()
    const { stack, wire } = this.rig
    const refusals = async (): Promise<number> => (await stack.streaming<Health>())?.refusals['calendar'] ?? 0
    const [before, sent] = [await refusals(), wire.ids().size]
    await this.rig.offer(pair)
    await stack.until(`a refusal of ${pair} by the calendar`, REFUSED_MS, async () => {
      await this.rig.touch(pair)
      return (await refusals()) > before
    })
    await wire.look()
    expect(wire.ids().size).toBe(sent)
    return pair
  }

  /** A trade before the margin, none within it, none in the closure, and the box that was refused is taken once it is over. */
  async past({ fromMs, untilMs, moments }: Closed): Promise<void> {
    const { wire, stack } = this.rig
    await this.to(fromMs - MARGIN_MS - 60 * SECOND_MS)
    await this.trade()
    await this.to(fromMs - MARGIN_MS + SECOND_MS)
    const pair = await this.refused()
    for (const { atMs, happens, passMs, isBackAfter, isReadAfter } of moments) {
      await this.to(atMs - SECOND_MS)
      await this.through(atMs)
      await happens(this)
      await this.through(atMs + passMs)
      if (isBackAfter) await this.#connected()
      if (isReadAfter) await this.#read(atMs)
    }
    await this.to(untilMs - SECOND_MS)
    const before = wire.ids().size
    await stack.until(`the box of ${pair} to be taken after the closure`, BACK_MS, async () => {
      await this.rig.offer(pair, 1) // quotes that nobody has touched for a minute open nothing
      await wire.look()
      return wire.ids().size > before
    })
    await this.#settled()
    expect(Math.max(...wire.openingTimes())).toBeGreaterThanOrEqual(untilMs)
  }

  /** A jump shortens every pause of ours: on a busy machine all attempts of a read would fall into the seconds in which the session is made. */
  async #connected(): Promise<void> {
    const { stack } = this.rig
    await stack.until('the session with the gateway to be back', BACK_MS, async () => {
      const feeds = (await stack.streaming<Health>())?.feeds ?? []
      return feeds.some(({ venue, state }) => venue === 'forecastex' && state === 'connected')
    })
  }

  async #read(sinceMs: number): Promise<void> {
    await this.rig.stack.until(`the account to be read at ${new Date(sinceMs).toISOString()}`, BACK_MS, () => {
      const reads = this.#lines('streaming').filter((line) => line.includes(READ))
      return Promise.resolve(reads.some((line) => (JSON.parse(line) as { time: number }).time >= sinceMs))
    })
  }

  /** All trades have ended: with a box, or refused before a byte left. */
  async #settled(): Promise<void> {
    await this.rig.stack.until('all trades to have ended', BACK_MS, async () =>
      (await this.rig.trades()).every(({ outcome }) => outcome === 'locked' || outcome === 'refused'),
    )
  }

  /** What any process called an error. */
  errors(): readonly string[] {
    return ['streaming', 'worker', 'sim'].flatMap((name) => {
      return this.#lines(name)
        .filter((line) => /"level":"(error|fatal)"/.test(line) && !line.includes(FIRST_LOOK))
        .map((line) => `${name}: ${line}`)
    })
  }

  #lines(name: string): readonly string[] {
    return fs.readFileSync(path.join(this.rig.stack.dataDir, 'logs', `${name}.log`), 'utf8').split('\n')
  }
}
