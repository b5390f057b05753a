import { Client, Connection } from '@temporalio/client'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { planOf, SLOTS } from '../plan/plan'
import { Draw } from '../plan/draw'
import type { Struck, Where } from '../where'
import { Deeds } from './deeds'
import { judge, runEpisode, type Episode, type Verdict } from './episode'
import { Ledger } from './ledger'
import { untilQuiet } from './quiet'
import type { Rig } from './rig'
import { ACCEPTANCE_WINDOW_MS, prepareGround, type Ground, type Listing } from './scenario'
import { LaneStack, NotStarted } from './stack'
import { Venues, type ControlEvent } from './venues'
import { WireFollower } from './wire'

/** The standby has both feeds up some seconds after the stack is. */
const WARM_LIMIT_MS = 60_000
/** Results are fetched every ten seconds, and each leg's payout comes for itself. */
const PAYOUT_LIMIT_MS = 90_000
const LOOK_EVERY_MS = 500

export interface LaneHooks {
  readonly onEpisode: (episode: Episode, where: Where) => void
  /** All questions of the lane have their answer, and are paid out. */
  readonly onSettled: (verdict: Verdict, where: Where, struck: readonly Struck[]) => void
  /** Folders of a lane with a violation stay, and all of them when that was asked for. */
  readonly keep: boolean
}

/** One stack for a block of seeds, as far as the first violation. @throws Error when the stack does not start. */
export async function runLane(seeds: readonly number[], hooks: LaneHooks, signal: AbortSignal): Promise<void> {
  const ground = prepareGround(seeds.length)
  const stack = new LaneStack(ground)
  let isClean = false
  try {
    await stack.up(signal)
    isClean = await inLane(await openRig(stack), ground, seeds, hooks, signal)
  } finally {
    await stack.down()
    if ((isClean || signal.aborted) && !hooks.keep) fs.rmSync(ground.folder, { recursive: true, force: true })
  }
}

/** @returns whether nothing was violated. */
async function inLane(rig: Rig, ground: Ground, seeds: readonly number[], hooks: LaneHooks, signal: AbortSignal): Promise<boolean> {
  try {
    const restless = await untilQuiet(rig, WARM_LIMIT_MS, signal)
    if (restless.length > 0) throw new NotStarted(`the stack is not ready: ${restless.join('; ')}`)
    const lane = new Lane(rig, ground)
    for (const [place, seed] of seeds.entries()) if (signal.aborted || !(await lane.episode(seed, place, hooks, signal))) return false
    return !signal.aborted && (await lane.settle(hooks, signal))
  } finally {
    await rig.ledger.close()
    await rig.temporal.connection.close()
  }
}

async function openRig(stack: LaneStack): Promise<Rig> {
  const { simControlUrl, databaseUrl, temporal } = stack.endpoints()
  const venues = new Venues(simControlUrl ?? '')
  const connection = await Connection.connect({ address: temporal.address })
  return {
    stack,
    venues,
    wire: new WireFollower(venues, () => stack.pidOf('sim')),
    ledger: new Ledger(databaseUrl),
    temporal: new Client({ connection }),
  }
}

class Lane {
  readonly #deeds: Deeds
  readonly #startedMs = Date.now()
  readonly #struck: Struck[] = []

  constructor(
    private readonly rig: Rig,
    private readonly ground: Ground,
  ) {
    this.#deeds = new Deeds(rig)
  }

  /** @returns whether nothing was violated. */
  async episode(seed: number, place: number, { onEpisode }: LaneHooks, signal: AbortSignal): Promise<boolean> {
    const listings = this.ground.listings.slice(place * SLOTS, (place + 1) * SLOTS)
    const whereOf = (startedMs: number): Where => this.#where(startedMs)
    const episode = await runEpisode(this.rig, this.#deeds, planOf(seed), listings, whereOf, this.#struck, signal)
    this.#struck.push(...episode.struck)
    if (signal.aborted) return true
    onEpisode(episode, this.#where(this.#startedMs))
    return episode.violations.length === 0
  }

  /** Every question has its answer at both venues, and every payout is booked. @returns whether nothing was violated. */
  async settle({ onSettled }: LaneHooks, signal: AbortSignal): Promise<boolean> {
    const startedMs = Date.now()
    await this.#deeds.post(settled(this.ground.listings), signal)
    const lateMs = Date.now() + PAYOUT_LIMIT_MS
    let open = 1
    while (open > 0 && Date.now() < lateMs && !signal.aborted) {
      await pause(LOOK_EVERY_MS)
      open = await this.rig.ledger.unrealised(signal).catch(() => open)
    }
    const where = (): Where => this.#where(startedMs)
    const { violations, evidence } = await judge(this.rig, where, this.#struck, signal)
    if (signal.aborted) return true
    const unpaid =
      open === 0 ? [] : [{ invariant: 'stuck', detail: `${open} trades are not realised after their markets were settled` } as const]
    const verdict = { violations: [...unpaid, ...violations], evidence }
    onSettled(verdict, where(), this.#struck)
    return verdict.violations.length === 0
  }

  #where(startedMs: number): Where {
    const { databaseUrl, temporal, simControlUrl, kalshi, forecastex } = this.rig.stack.endpoints()
    return {
      ...{ dataDir: this.ground.dataDir, databaseUrl, temporal: temporal.address, controlUrl: simControlUrl ?? '' },
      accounts: { kalshi: kalshi.account, ibkr: forecastex.account },
      acceptanceWindowMs: ACCEPTANCE_WINDOW_MS,
      ...{ laneStartedMs: this.#startedMs, startedMs },
      ...{ wire: this.rig.wire.lines, wireLost: this.rig.wire.lost },
    }
  }
}

/** One drawn result for each market of Kalshi's, and the same for every question at ForecastEx that is paired with it. */
function settled(listings: readonly Listing[]): readonly ControlEvent[] {
  const draw = new Draw(`results|${listings.length}`)
  const results = new Map(listings.map(({ ticker }) => [ticker, draw.pick(['yes', 'no'])]))
  return [
    ...[...results].map(([ticker, result]) => ({ venue: 'kalshi', type: 'settle', ticker, result })),
    ...listings.map(({ ticker, yesConId }) => ({ venue: 'ibkr', type: 'settle', con_id: yesConId, result: results.get(ticker) })),
  ]
}

/** Where the evidence of a violation is kept: beside the lane's data. */
export const evidenceFile = (where: Where, seed: number): string => path.join(path.dirname(where.dataDir), `evidence-${seed}.json`)
