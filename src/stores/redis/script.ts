import { createHash } from 'node:crypto'
import type { ChainableCommander, Redis } from 'ioredis'

/** One atomic operation, in Lua. What its keys and arguments are, and what it returns, stands where it is written. */
export interface Script {
  readonly body: string
  /** What the server knows it by once it has seen the body. */
  readonly sha: string
}
/** Scripts name every key they can in KEYS; some compute keys of members, so the server must be one, not a cluster. */
export interface Call {
  readonly keys: readonly string[]
  readonly args: readonly (string | number)[]
}

export const script = (body: string): Script => ({ body, sha: createHash('sha1').update(body).digest('hex') })

/** By SHA; a server that does not know the script (new, restarted, flushed) is sent the body. @throws the server's error. */
export async function run(redis: Redis, { body, sha }: Script, { keys, args }: Call): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args)
  } catch (error) {
    if (!isUnknownScript(error)) throw error
    return redis.eval(body, keys.length, ...keys, ...args)
  }
}

/** Puts calls into a pipeline or transaction: the first with the body, which makes the server know it, the others by SHA. */
export function queueCalls(pipeline: ChainableCommander, { body, sha }: Script, calls: readonly Call[]): void {
  for (const [i, { keys, args }] of calls.entries()) {
    if (i === 0) pipeline.eval(body, keys.length, ...keys, ...args)
    else pipeline.evalsha(sha, keys.length, ...keys, ...args)
  }
}

/** @returns what each command answered. @throws the first error of any of them, or of the connection. */
export async function answersOf(pipeline: ChainableCommander): Promise<readonly unknown[]> {
  const replies = (await pipeline.exec()) ?? []
  return replies.map(([error, answer]) => {
    if (error) throw error
    return answer
  })
}

const isUnknownScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT')
