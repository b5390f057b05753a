import type { StackArguments } from './arguments'
import type { ProcessOptions } from './processes'

/** A shard of the stack, and where its holder and its standby tell of themselves. */
export interface StackShard {
  readonly name: string
  readonly healthPort: number
  readonly standbyPort?: number
}

/** Under which the ports of a shard's health pages are remembered: the first one's is the stack's own. */
const healthOf = (name: string, i: number): string => (i === 0 ? 'streamingHealth' : `streamingHealth-${name}`)
const standbyOf = (name: string): string => `standbyHealth-${name}`

/** @param names of the shards, the first one first */
export const portNames = (names: readonly string[], { standby }: Pick<StackArguments, 'standby'>): readonly string[] =>
  names.flatMap((name, i) => [healthOf(name, i), ...(standby ? [standbyOf(name)] : [])])

export const shardsAt = (
  names: readonly string[],
  { standby }: Pick<StackArguments, 'standby'>,
  portOf: (portName: string) => number,
): readonly StackShard[] =>
  names.map((name, i) => ({ name, healthPort: portOf(healthOf(name, i)), ...(standby ? { standbyPort: portOf(standbyOf(name)) } : {}) }))

type Common = Pick<ProcessOptions, 'env' | 'logDir' | 'runDir' | 'report'>

/**
 * One streaming process for each shard (E19), then a warm standby of each where one is asked for. In the order in which they start: a standby must find
 * the lease taken, and is stopped before its holder. Which of the two holds the lease later is theirs: each page is served by whoever is that.
 * @param isReal a real venue has pauses, and its gateway restarts: the process is up without them, and opens nothing until they are there
 */
export function streamingProcesses(
  shards: readonly { readonly name: string; readonly healthPort: number; readonly standbyPort: number | null }[],
  common: Common,
  isReal = false,
): readonly ProcessOptions[] {
  const of = (shard: string, name: string, readyUrl: string): ProcessOptions => ({
    ...common,
    ...{ name, program: 'streaming', args: [], env: { ...common.env, CROSSBOOK_SHARD: shard }, readyUrl },
  })
  const page = isReal ? 'healthz' : 'readyz'
  const label = (what: string, name: string, i: number): string => (i === 0 ? what : `${what}-${name}`)
  return [
    ...shards.map(({ name, healthPort }, i) => of(name, label('streaming', name, i), `http://127.0.0.1:${healthPort}/${page}`)),
    ...shards.flatMap(({ name, standbyPort }, i) =>
      standbyPort === null ? [] : [of(name, label('standby', name, i), `http://127.0.0.1:${standbyPort}/healthz`)],
    ),
  ]
}
