import { ConfigurationError } from './environment'
import type { Endpoints } from './schema/stack'
import type { VenuesFile } from './schema/venues'

/** Client ids beside that of a shard's holder (E19): the worker reads accounts, the command line looks once, a standby hears quotes. */
export const CLIENT_OFFSETS = { trading: 0, worker: 1, cli: 2, standby: 3 } as const
export type GatewayUse = keyof typeof CLIENT_OFFSETS

/** One streaming process and its standbys: a set of pairs with a lease, a queue and a journal of its own (E19). */
export interface ShardConfig {
  readonly name: string
  /** Of the holder of its lease. */
  readonly clientId: number
  /** Of what both venues grant the account (E18), 0 … 1; those of all shards that run are 1 together. */
  readonly share: number
  /** Of the holder of its lease. */
  readonly healthPort: number
  /** Of its standby; null: any free one, which its log names. */
  readonly standbyPort: number | null
}

/**
 * The shards that run here, in the order in which they were started.
 * @throws ConfigurationError for one that config/venues.yaml does not know, and for client ids that meet
 */
export function shardsOf(venues: VenuesFile, endpoints: Pick<Endpoints, 'shards' | 'streamingHealthPort'>): readonly ShardConfig[] {
  const running: NonNullable<Endpoints['shards']> = endpoints.shards ?? [{ name: venues.shard, healthPort: endpoints.streamingHealthPort }]
  const known = knownShards(venues)
  const shards = running.map((each) => ({ ...each, ...theShard(known, each.name) }))
  const whole = shards.reduce((sum, { share }) => sum + share, 0)
  return shards.map(({ name, healthPort, standbyPort = null, client_id: clientId, share }) => ({
    ...{ name, healthPort, standbyPort, clientId },
    share: share / whole,
  }))
}

type Known = ReadonlyMap<string, NonNullable<VenuesFile['shards']>[string]>

function knownShards({ shard, shards, forecastex }: VenuesFile): Known {
  const known: Known = new Map(Object.entries(shards ?? { [shard]: { client_id: forecastex.client_id, share: 1 } }))
  const taken = new Map<number, string>([
    [forecastex.client_id + CLIENT_OFFSETS.worker, 'the worker'],
    [forecastex.client_id + CLIENT_OFFSETS.cli, 'the command line'],
  ])
  for (const [name, { client_id: trading }] of known)
    for (const [id, who] of [
      [trading, name],
      [trading + CLIENT_OFFSETS.standby, `the standby of ${name}`],
    ] as const) {
      const other = taken.get(id)
      if (other !== undefined)
        throw new ConfigurationError(`client id ${id} in config/venues.yaml is ${who}'s and ${other}'s: give ${name} another client_id`)
      taken.set(id, who)
    }
  return known
}

function theShard(known: Known, name: string): NonNullable<ReturnType<Known['get']>> {
  const found = known.get(name)
  if (!found)
    throw new ConfigurationError(
      `shard "${name}" is not in config/venues.yaml (${[...known.keys()].join(', ')}): add it under shards, with a client_id of its own`,
    )
  return found
}

/** The one that this process is of. @throws ConfigurationError when it does not run here. */
export function ownShard(shards: readonly ShardConfig[], name: string): ShardConfig {
  const own = shards.find((shard) => shard.name === name)
  if (!own)
    throw new ConfigurationError(
      `shard "${name}" does not run here: start with npm start -- --shards ${[...shards.map((shard) => shard.name), name].join(',')}, or set CROSSBOOK_SHARD to one of ${shards.map((shard) => shard.name).join(', ')}`,
    )
  return own
}
