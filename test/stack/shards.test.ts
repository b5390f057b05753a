import { parseStackArguments } from '../../src/stack/arguments'
import { portNames, shardsAt, streamingProcesses } from '../../src/stack/shards'

const common = { env: { A: 'b' }, logDir: '/logs', runDir: '/run', report: () => undefined }
const PORTS = { streamingHealth: 1, 'streamingHealth-second': 2, 'standbyHealth-main': 3, 'standbyHealth-second': 4 }
const NAMES = ['main', 'second']
const portOf = (name: string): number => new Map(Object.entries(PORTS)).get(name) ?? 0
const started = (standby: boolean) =>
  streamingProcesses(
    shardsAt(NAMES, { standby }, portOf).map(({ standbyPort = null, ...shard }) => ({ ...shard, standbyPort })),
    common,
  ).map(({ name, program, env, readyUrl }) => [name, program, env['CROSSBOOK_SHARD'], readyUrl])

const HOLDERS = [
  ['streaming', 'streaming', 'main', 'http://127.0.0.1:1/readyz'],
  ['streaming-second', 'streaming', 'second', 'http://127.0.0.1:2/readyz'],
]

describe('npm start -- --shards main,second', () => {
  it('starts a streaming process for each, with its own health page, the first under the name it always had', () => {
    expect(started(false)).toEqual(HOLDERS)
    expect(portNames(NAMES, { standby: false })).toEqual(['streamingHealth', 'streamingHealth-second'])
  })

  it('and a standby of each behind them, which is there when its page is', () => {
    expect(started(true)).toEqual([
      ...HOLDERS,
      ['standby', 'streaming', 'main', 'http://127.0.0.1:3/healthz'],
      ['standby-second', 'streaming', 'second', 'http://127.0.0.1:4/healthz'],
    ])
    expect(portNames(['main'], { standby: true })).toEqual(['streamingHealth', 'standbyHealth-main'])
  })

  it('takes each name once, and no empty one', () => {
    expect(parseStackArguments(['--shards', 'main,second', '--standby'], 'x')).toMatchObject({ shards: ['main', 'second'], standby: true })
    expect(parseStackArguments([], 'x')).toMatchObject({ shards: null, standby: false })
    for (const text of ['main,', 'main,main', ''])
      expect(() => parseStackArguments(['--shards', text], 'x')).toThrow('--shards takes names of config/venues.yaml like main,second')
  })
})
