import { keepSchema } from '../../../src/stores/redis/schema'
import { run, script } from '../../../src/stores/redis/script'
import { emptyDatabase } from './support'

const redis = emptyDatabase(14)
const keep = (): Promise<number> => keepSchema(redis())
const OLD = { 'kalshi:m:KX-1': '1', 'odds:last_update': '1', 'positions:active:KX-1': '1', 'push:odds:n': '7', 'crossbook:writer:p': '1' }

describe('the schema version', () => {
  it('empties a cache of another version of everything that is ours, once, and of nothing else', async () => {
    await redis().mset({ ...OLD, 'crossbook:schema': '0', 'somebody:else': '1' })
    expect(await keep()).toBe(Object.keys(OLD).length)
    expect((await redis().keys('*')).toSorted()).toEqual(['crossbook:schema', 'somebody:else'])
    await redis().set('kalshi:m:KX-2', '1')
    expect([await keep(), await redis().exists('kalshi:m:KX-2'), await redis().get('crossbook:schema')]).toEqual([0, 1, '1'])
  })

  it('leaves a server without a version what it has', async () => {
    await redis().mset(OLD)
    expect([await keep(), await redis().exists(...Object.keys(OLD)), await redis().get('crossbook:schema')]).toEqual([0, 5, '1'])
  })
})

describe('a script', () => {
  const ECHO = script('return {KEYS[1], ARGV[1], ARGV[2]}')
  it('is sent once, and again to a server that has forgotten it', async () => {
    const call = { keys: ['k'], args: ['a', 2] }
    for (const forget of [true, false, true]) {
      if (forget) await redis().script('FLUSH')
      expect(await run(redis(), ECHO, call)).toEqual(['k', 'a', '2'])
    }
    expect(await redis().script('EXISTS', ECHO.sha)).toEqual([1])
  })

  it('says what the server says of it', async () => {
    await expect(run(redis(), script("return redis.call('INCR', KEYS[1], 1)"), { keys: ['k'], args: [] })).rejects.toThrow(
      'Wrong number of args',
    )
  })
})
