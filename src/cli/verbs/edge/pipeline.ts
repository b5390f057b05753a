import { ConfigurationError } from '../../../config/environment'
import { readProfilesFile } from '../../../config/profiles'
import { rulesFor } from '../../../core/edge/profile'
import { spanOf } from '../../../operator/executor/asked'
import { readCache, withCacheAt, writeMapped } from '../../../operator/pipeline/cache'
import { Pipeline } from '../../../operator/pipeline/cycle'
import { readWorld } from '../../../operator/pipeline/read'
import type { Connections } from '../../../wiring/stores'
import { print, printJson } from '../../render'
import { withConnections } from '../session'
import { cycleText } from './pipeline-text'

export interface PipelineOptions {
  readonly continuous?: boolean
  readonly every: string
  readonly profile?: string
  readonly json?: boolean
}

const NS_PER_MS = 1_000_000

/** @returns 0; 1 when the only cycle could not be done. With `--continuous` a cycle that cannot be done is told, and the next one tried. */
export async function run({ continuous = false, every, profile, json = false }: PipelineOptions): Promise<number> {
  const everyMs = spanOf('--every', every) ?? 0
  return withConnections(async (connections) => {
    const { config, clock } = connections
    const settings = readProfilesFile(config.configDir)
    const rules = rulesFor(settings, config.mode, profile)
    const pipeline = new Pipeline({ mode: config.mode, settings, rules, monoNs: () => clock.monoNs() })
    const show = (shown: Shown): void => (json ? printJson(documentOf(shown)) : print(textOf(shown)))
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort()) // a second one ends the command
    if (!continuous) {
      show(await oneCycle(connections, pipeline))
      return 0
    }
    while (!stop.signal.aborted) {
      await oneCycle(connections, pipeline).then(show, (error: Error) => void process.stderr.write(`crossbook: ${error.message}\n`))
      await clock.sleep(everyMs, stop.signal).catch(() => undefined) // the loop ends by the signal
    }
    return 0
  })
}

interface Shown extends ReturnType<Pipeline['run']> {
  readonly atMs: number
  readonly written: { readonly written: number; readonly removed: number }
  readonly missing: readonly string[]
  readonly readMs: number
}

/** @throws what the stores throw. */
async function oneCycle({ config, database, clock }: Connections, pipeline: Pipeline): Promise<Shown> {
  const { redisUrl, questdb, streamingHealthPort: healthPort } = config.endpoints
  if (redisUrl === null) throw new ConfigurationError('this stack runs without a cache: start it with Redis or Valkey, or set REDIS_URL')
  const startedNs = clock.monoNs()
  const world = await readWorld({
    ...{ database, healthPort, questdbUrl: questdb?.httpUrl ?? null, balancePrecision: config.venues.kalshi.balance_precision },
    cache: () => withCacheAt(redisUrl, readCache),
    nowMs: () => clock.nowMs(),
  })
  const readMs = Number(clock.monoNs() - startedNs) / NS_PER_MS
  const cycle = pipeline.run(world)
  const open = new Set(world.markets.filter(({ status }) => status === 'open').map(({ ticker }) => ticker))
  const written = await withCacheAt(redisUrl, (redis, limit) => writeMapped(redis, cycle.mappings, open, world.nowMs, limit))
  return { ...cycle, atMs: world.nowMs, written, missing: world.missing, readMs }
}

const textOf = ({ written, missing, readMs, ...cycle }: Shown): string => cycleText(cycle, written, missing, readMs)
/** Mappings are in the cache; here those that a person decides. */
const documentOf = ({ mappings, ...shown }: Shown): object => ({ ...shown, review: mappings.filter(({ status }) => status === 'review') })
