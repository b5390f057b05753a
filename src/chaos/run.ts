import fs from 'node:fs'
import type { ChaosArguments } from './arguments'
import { evidenceFile, runLane, type LaneHooks } from './lane/lane'
import { NotStarted } from './lane/stack'
import type { Verdict } from './lane/episode'
import { entryOf, reportOf, type ChaosReport, type Entry, type Unfinished } from './report'
import { StateFile } from './resume'
import { violationLines } from './timeline'
import type { Struck, Where } from './where'

/** A machine that is too busy to start a stack in time is no finding; one that never does is. */
const STARTS_MAX = 3
/** Of a seed whose lane broke. */
const NOTHING: Omit<Entry, 'seed'> = { elapsedMs: 0, struck: {}, moments: {}, missed: 0, outcomes: {}, violations: [] }

type Say = (line: string) => void

/** Runs every seed that the state file does not tell of, in lanes side by side. @returns what all of them came to, those of earlier runs too. */
export async function runChaos(args: ChaosArguments, say: Say, signal: AbortSignal): Promise<ChaosReport> {
  const state = new StateFile(args.resume)
  const earlier = state.entries().filter(({ seed }) => seed >= args.from && seed <= args.to)
  const known = new Set(earlier.map(({ seed }) => seed))
  const seeds = Array.from({ length: args.to - args.from + 1 }, (_, i) => args.from + i).filter((seed) => !known.has(seed))
  if (known.size > 0) say(`${known.size} seeds are known from ${args.resume}`)
  const run = new Run(args, blocksOf(seeds, args.block), state, say)
  await Promise.all(Array.from({ length: args.lanes }, () => run.lane(signal)))
  return reportOf([...earlier, ...run.entries], run.unfinished)
}

function blocksOf(seeds: readonly number[], size: number): (readonly number[])[] {
  return Array.from({ length: Math.ceil(seeds.length / size) }, (_, i) => seeds.slice(i * size, (i + 1) * size))
}

class Run {
  readonly entries: Entry[] = []
  readonly unfinished: Unfinished[] = []
  readonly #startedMs = Date.now()
  readonly #total: number
  #done = 0

  constructor(
    private readonly args: ChaosArguments,
    private readonly blocks: (readonly number[])[],
    private readonly state: StateFile,
    private readonly say: Say,
  ) {
    this.#total = blocks.reduce((n, block) => n + block.length, 0)
  }

  /** Takes block after block until none is left. */
  async lane(signal: AbortSignal): Promise<void> {
    for (let block = this.blocks.shift(); block && !signal.aborted; block = this.blocks.shift()) {
      const finished = await this.#block(block, signal)
      this.entries.push(...finished)
      const [first = 0] = block
      if (signal.aborted) this.unfinished.push({ first, last: block.at(-1) ?? first, runs: finished.length })
      else this.state.add(finished)
    }
  }

  /** A violation ends a lane; the seeds after it get a new one. */
  async #block(seeds: readonly number[], signal: AbortSignal): Promise<readonly Entry[]> {
    const finished: Entry[] = []
    let failures = 0
    while (finished.length < seeds.length && !signal.aborted) {
      try {
        await runLane(seeds.slice(finished.length), this.#hooks(finished), signal)
      } catch (error) {
        if (signal.aborted) return finished
        const at = Math.min(finished.length, seeds.length - 1) // the last one also stands for the settlement
        const entry = finished[at] ?? { ...NOTHING, seed: seeds[at] ?? 0 }
        const detail = (error as Error).message
        this.say(`the lane of seed ${entry.seed} broke: ${detail}`)
        if (error instanceof NotStarted && ++failures < STARTS_MAX) continue
        finished[at] = { ...entry, violations: [...entry.violations, { invariant: 'stuck', detail }] }
        failures = 0
      }
    }
    return finished
  }

  #hooks(finished: Entry[]): LaneHooks {
    return {
      keep: this.args.keep,
      onEpisode: (episode, where) => {
        const entry = entryOf(episode)
        finished.push(entry)
        this.#done += 1
        this.#tell(entry)
        this.#show(episode.seed, episode, where, episode.struck)
      },
      onSettled: (verdict, where, struck) => {
        const last = finished.pop()
        if (last) finished.push({ ...last, violations: [...last.violations, ...verdict.violations] })
        this.#show(last?.seed ?? 0, verdict, where, struck)
      },
    }
  }

  #tell({ seed, elapsedMs, outcomes, struck, violations }: Entry): void {
    const perSeedMs = (Date.now() - this.#startedMs) / this.#done
    const leftMin = Math.ceil((perSeedMs * (this.#total - this.#done)) / 60_000)
    const faults = Object.values(struck).reduce((sum, n) => sum + n, 0)
    const trades = Object.entries(outcomes).map(([outcome, n]) => `${n} ${outcome}`)
    this.say(
      `${this.#done}/${this.#total}  seed ${seed}: ${faults} faults; ${trades.join(', ') || 'no trade'}; ${(elapsedMs / 1_000).toFixed(1)} s; ` +
        `${violations.length} violations; about ${leftMin} min left`,
    )
  }

  /** A violation with its seed, what was struck when, and how it came about; what was seen stays in a file. */
  #show(seed: number, { violations, evidence }: Verdict, where: Where, struck: readonly Struck[]): void {
    if (violations.length === 0) return
    const file = evidenceFile(where, seed)
    fs.writeFileSync(file, JSON.stringify({ seed, violations, struck, evidence }, null, 1))
    for (const line of violationLines(seed, { violations, evidence }, struck)) this.say(line)
    this.say(`what was seen is in ${file}; again: crossbook chaos --seeds ${seed}`)
  }
}
