import { writeOdds } from '../../../src/stores/redis/odds'
import { cursorOf, followPush, readPush, type PushCursor, type PushRead } from '../../../src/stores/redis/push'
import { LogBook, until } from '../../stores/doubles'
import { Proxy } from '../../stores/proxy'
import { clock, emptyDatabase, event, line, NEVER, redisUrl } from './support'

const DATABASE = 13
const redis = emptyDatabase(DATABASE)
const push = (...ids: readonly string[]): Promise<void> =>
  writeOdds(
    redis(),
    ids.map((id) => event(id, [line('Home', 500_000)])),
    NEVER,
  )
const begin = (): Promise<PushCursor> => cursorOf(redis(), 'odds', NEVER)
const read = (after: PushCursor, waitMs = 20): Promise<PushRead> => readPush(redis(), 'odds', after, waitMs, NEVER)
const idsOf = ({ entries }: PushRead): readonly string[] => entries.map(({ body }) => (JSON.parse(body) as { eventId: string }).eventId)

describe('what is pushed', () => {
  it('is read in order from where the reader began, and proves that nothing was missed', async () => {
    await push('before')
    const start = await begin()
    await push('a', 'b')
    const first = await read(start)
    expect([idsOf(first), first.missed]).toEqual([['a', 'b'], false])
    await push('c')
    const second = await read(first.cursor)
    expect([idsOf(second), second.missed]).toEqual([['c'], false])
    expect(await read(second.cursor)).toEqual({ entries: [], cursor: second.cursor, missed: false })
  })

  it('reaches a reader that waits, from the first entry ever', async () => {
    const start = await begin()
    const waiting = redis().duplicate()
    const answer = readPush(waiting, 'odds', start, 10_000, NEVER)
    await until('waiting', async () => /cmd=xread/i.test(String(await redis().client('LIST'))))
    await push('a')
    const { missed, ...rest } = await answer
    expect([idsOf({ missed, ...rest }), missed]).toEqual([['a'], false])
    waiting.disconnect()
  })

  it('says what is missing when entries were trimmed before they were read', async () => {
    const start = await begin()
    await push('a', 'b', 'c')
    await redis().xtrim('push:odds', 'MAXLEN', 1)
    const late = await read(start)
    expect([idsOf(late), late.missed]).toEqual([['c'], true])
    expect((await read(late.cursor)).missed).toBe(false)
  })

  it('says so when the server was wiped, before and after somebody writes again', async () => {
    await push('a')
    const start = await begin()
    await redis().flushdb()
    const wiped = await read(start)
    expect([wiped.entries, wiped.missed]).toEqual([[], true])
    await push('b')
    expect([idsOf(await read(wiped.cursor)), (await read(wiped.cursor)).missed]).toEqual([['b'], false])
    await redis().flushdb()
    await push('c')
    const unseen = await read(wiped.cursor)
    expect([idsOf(unseen), unseen.missed]).toEqual([['c'], true])
  })

  it('is bounded', async () => {
    const ids = Array.from({ length: 500 }, (_, i) => `e${i}`)
    for (let i = 0; i < 22; i += 1) await push(...ids)
    expect(await redis().xlen('push:odds')).toBeLessThan(10_200)
  })
})

describe('a follower of what is pushed', () => {
  let proxy: Proxy
  let ended: AbortController
  let log: LogBook
  let reads: PushRead[]
  let following: Promise<void>
  beforeEach(async () => {
    proxy = await Proxy.to(redisUrl)
    ended = new AbortController()
    log = new LogBook()
    reads = []
    const options = { url: `redis://${proxy.address}/${DATABASE}`, stream: 'odds', clock, log } as const
    following = followPush(options, (each) => reads.push(each), ended.signal)
    await until('begun', () => reads.length > 0)
  })
  afterEach(async () => {
    ended.abort()
    await following
    await proxy.close()
  })
  const seen = (): string => reads.flatMap(idsOf).join()
  const missed = (): number => reads.filter((each) => each.missed).length

  it('hears first that the hashes may be read, then every entry', async () => {
    expect(reads[0]).toMatchObject({ entries: [], missed: true })
    await push('a')
    await push('b')
    await until('both', () => seen() === 'a,b')
    expect(missed()).toBe(1)
  })

  it('misses nothing of what was pushed while it was cut off', async () => {
    await push('a')
    await until('a', () => seen() === 'a')
    proxy.set('down')
    await until('noticed', () => log.messages('warn').length > 0)
    await push('b')
    proxy.set('up')
    await until('b', () => seen() === 'a,b')
    expect([missed(), log.messages('warn')]).toEqual([1, ['a stream of the cache cannot be read; it is asked again']])
  })

  it('is told of a server that was wiped in the middle of a session', async () => {
    await push('a')
    await until('a', () => seen() === 'a')
    await redis().flushdb()
    await redis().script('FLUSH')
    await until('told', () => missed() === 2)
    await push('b')
    await until('b', () => seen() === 'a,b')
    expect(missed()).toBe(2)
  })

  it('gives up a connection on which nothing comes, and takes another', async () => {
    proxy.set('mute')
    await push('a')
    await until('given up', () => log.messages('warn').length > 0)
    proxy.set('up')
    await until('a', () => seen() === 'a')
    expect(missed()).toBe(1)
  })
})
