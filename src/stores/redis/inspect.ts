import type { Redis } from 'ioredis'
import { assertNever } from '../../core/assert'
import { unlessAborted } from '../../ports/limit'
import type { Family, Index } from './family'
import { FORECASTEX } from './forecastex'
import { KALSHI } from './kalshi'
import { MAPPING } from './mapping'
import { ODDS } from './odds'
import { POSITIONS } from './positions'
import { pruneIndex } from './prune'
import { PUSH, STREAMS, streamKeys } from './push'
import { SCHEMA, SCHEMA_KEY } from './schema'

/** Everything that is on the server of ours (docs/redis.md). */
export const FAMILIES: readonly Family[] = [KALSHI, FORECASTEX, ODDS, MAPPING, POSITIONS, PUSH, SCHEMA]

/** What an operator sees of a stream: its newest entries. */
const STREAM_SHOWN = 20

export interface FamilyState extends Pick<Family, 'name' | 'keys' | 'ttlS' | 'writer'> {
  /** Members that have a hash, or entries of the streams; null: not counted. */
  readonly count: number | null
  /** ISO 8601, UTC; null: never, or not kept. */
  readonly lastUpdate: string | null
}
export interface CacheState {
  /** null: the server is empty. */
  readonly schema: string | null
  readonly families: readonly FamilyState[]
}
export interface StreamEntry {
  readonly id: string
  readonly fields: Readonly<Record<string, string>>
}
/** What a key holds: a set in order, of a stream the newest 20, the newest first. */
export type KeyContent =
  | { readonly type: 'hash'; readonly value: Readonly<Record<string, string>> }
  | { readonly type: 'set'; readonly value: readonly string[] }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'stream'; readonly value: readonly StreamEntry[] }
/** ttlMs: until it ends by itself; null: it does not. */
export type KeyState = KeyContent & { readonly key: string; readonly ttlMs: number | null }

/** @throws the server's error. */
export async function readFamilies(redis: Redis, signal: AbortSignal): Promise<CacheState> {
  const schema = await unlessAborted(redis.get(SCHEMA_KEY), signal)
  const families: FamilyState[] = []
  for (const family of FAMILIES) {
    const { name, keys, ttlS, writer, lastUpdate } = family
    const told = lastUpdate === null ? null : await unlessAborted(redis.get(lastUpdate), signal)
    families.push({ name, keys, ttlS, writer, count: await count(redis, family, signal), lastUpdate: told })
  }
  return { schema, families }
}

async function count(redis: Redis, { name, members }: Family, signal: AbortSignal): Promise<number | null> {
  if (members !== null) return (await membersOf(redis, members, signal)).length
  if (name !== PUSH.name) return null
  let entries = 0
  for (const stream of STREAMS) entries += await unlessAborted(redis.xlen(streamKeys(stream)[0]), signal)
  return entries
}

/** The keys of a family's hashes, in order. @throws RangeError for a family that has none or is unknown; the server's error. */
export async function listKeys(redis: Redis, family: string, signal: AbortSignal): Promise<readonly string[]> {
  const { members } = FAMILIES.find(({ name }) => name === family) ?? { members: null }
  if (members === null) {
    const known = FAMILIES.flatMap((each) => (each.members === null ? [] : each.name))
    throw new RangeError(`the cache has no list of "${family}": ask for ${known.join(', ')}`)
  }
  return (await membersOf(redis, members, signal)).map((member) => `${members.prefix}${member}`)
}

/** The hashes of a family's members after one of them, in order; what has expired meanwhile is left out. @throws the server's error. */
export async function readMembers(
  redis: Redis,
  { index, prefix }: Index,
  after: string | null,
  limit: number,
  signal: AbortSignal,
): Promise<readonly Member[]> {
  const members = await membersOf(redis, { index, prefix }, signal)
  const wanted = members.filter((member) => after === null || member > after).slice(0, limit)
  const hashes = await unlessAborted(Promise.all(wanted.map((member) => redis.hgetall(`${prefix}${member}`))), signal)
  return wanted.flatMap((member, at) => (hashes[at]?.['ts'] === undefined ? [] : [{ member, fields: hashes[at] }]))
}

/** Those that have no hash now. @throws the server's error. */
export async function absentMembers(
  redis: Redis,
  { prefix }: Index,
  members: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = await unlessAborted(Promise.all(members.map((member) => redis.exists(`${prefix}${member}`))), signal)
  return members.filter((_, at) => found[at] === 0)
}
export interface Member {
  readonly member: string
  readonly fields: Readonly<Record<string, string>>
}

/** Of an index of any size, in order. */
async function membersOf(redis: Redis, of: Index, signal: AbortSignal): Promise<readonly string[]> {
  await unlessAborted(pruneIndex(redis, of), signal)
  return (await unlessAborted(redis.smembers(of.index), signal)).toSorted()
}

/** null: there is no such key now. @throws RangeError for a key that is of no family; the server's error. */
export async function readKey(redis: Redis, key: string, signal: AbortSignal): Promise<KeyState | null> {
  const type = FAMILIES.flatMap(({ keys }) => keys).find(({ pattern }) => fits(key, pattern))?.type
  if (type === undefined)
    throw new RangeError(`"${key}" is no key of the cache: crossbook cache families has the patterns, crossbook cache list FAMILY the keys`)
  const [left, content] = await unlessAborted(Promise.all([redis.pttl(key), contentOf(redis, key, type)]), signal)
  if (left === ABSENT) return null
  return { key, ttlMs: left === FOR_EVER ? null : left, ...content }
}
/** What PTTL says. */
const ABSENT = -2
const FOR_EVER = -1

/** Braces stand for anything but a separator. */
const fits = (key: string, pattern: string): boolean => {
  const names = pattern.split(':')
  const parts = key.split(':')
  return names.length === parts.length && names.every((name, i) => (name.startsWith('{') ? parts[i] !== '' : parts[i] === name))
}

async function contentOf(redis: Redis, key: string, type: KeyContent['type']): Promise<KeyContent> {
  switch (type) {
    case 'hash':
      return { type, value: await redis.hgetall(key) }
    case 'set':
      return { type, value: (await redis.smembers(key)).toSorted() }
    case 'string':
      return { type, value: (await redis.get(key)) ?? '' }
    case 'stream':
      return {
        type,
        value: (await redis.xrevrange(key, '+', '-', 'COUNT', STREAM_SHOWN)).map(([id, fields]) => ({ id, fields: pairsOf(fields) })),
      }
    default:
      return assertNever(type)
  }
}

/** Fields and values come in turn. */
const pairsOf = (flat: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(flat.flatMap((field, i) => (i % 2 === 0 ? [[field, flat[i + 1] ?? '']] : [])))
