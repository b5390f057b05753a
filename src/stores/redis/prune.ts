import type { Redis } from 'ioredis'
import type { Index } from './family'
import { answersOf, queueCalls, run, script, type Call } from './script'

/** Members looked at in one step: half a millisecond, in which nobody else is answered; 20,000 at once would be 20. */
const PORTION = 500

/**
 * Removes from an index the members whose hash expired, in one step, so that a member written meanwhile stays.
 * KEYS[1] the index (a set), ARGV[1] the prefix of the hashes, [2…] the members to look at, none: all; returns how many went.
 */
export const PRUNE = script(`
local members = #ARGV > 1 and {unpack(ARGV, 2)} or redis.call('SMEMBERS', KEYS[1])
local gone = 0
for _, member in ipairs(members) do
  if redis.call('EXISTS', ARGV[1] .. member) == 0 then
    gone = gone + redis.call('SREM', KEYS[1], member)
  end
end
return gone`)

/** Of an index of hundreds. */
export const pruneCall = ({ index, prefix }: Index): Call => ({ keys: [index], args: [prefix] })

/** An index of any size, in portions. @throws the server's error. */
export async function pruneIndex(redis: Redis, { index, prefix }: Index): Promise<void> {
  let cursor = '0'
  do {
    const [next, members] = await redis.sscan(index, cursor, 'COUNT', PORTION)
    if (members.length > 0) await run(redis, PRUNE, { keys: [index], args: [prefix, ...members] })
    cursor = next
  } while (cursor !== '0')
}

/** The members of an index of hundreds that have a hash, in order: pruned and read in one transaction. @throws the server's error. */
export async function liveMembers(redis: Redis, of: Index): Promise<readonly string[]> {
  const transaction = redis.multi()
  queueCalls(transaction, PRUNE, [pruneCall(of)])
  transaction.smembers(of.index)
  const [, members] = await answersOf(transaction)
  return (members as string[]).toSorted()
}
