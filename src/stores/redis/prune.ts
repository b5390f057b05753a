import type { Redis } from 'ioredis'
import { KEYS } from './schema'

/**
 * Removes from an index the members whose hash expired, in one step, so that a member written meanwhile stays.
 * KEYS[1] the index (a set), ARGV[1] the prefix of the hashes; returns how many went.
 */
const PRUNE = `
local gone = 0
for _, member in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('EXISTS', ARGV[1] .. member) == 0 then
    gone = gone + redis.call('SREM', KEYS[1], member)
  end
end
return gone`

/** @returns how many members went from all indexes. @throws the server's error. */
export async function pruneIndexes(redis: Redis): Promise<number> {
  let gone = 0
  for (const { index, prefix } of Object.values(KEYS)) gone += Number(await redis.eval(PRUNE, 1, index, prefix))
  return gone
}
