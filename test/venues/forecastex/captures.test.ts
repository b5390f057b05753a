import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { UNDECODABLE } from '../../../src/venues/forecastex/wire/errors'
import type { RawFrame } from '../../../src/venues/forecastex/inspection/summary'
import { checkOrders } from './captures/order-life'
import { framesOf, replay, type Replayed } from './captures/replay'
import { TOKENS_IN, TOKENS_OUT } from './captures/layouts'

/** Sessions with a gateway, recorded by `crossbook doctor ibkr --capture`. CROSSBOOK_CAPTURES names more of them, files or folders. */
const HERE = path.join(__dirname, 'captures')
const MORE = (process.env['CROSSBOOK_CAPTURES'] ?? '').split(path.delimiter).filter((each) => each !== '')
const captures = [HERE, ...MORE].flatMap((each) =>
  statSync(each).isDirectory()
    ? readdirSync(each)
        .filter((name) => name.endsWith('.ndjson'))
        .map((name) => path.join(each, name))
    : [each],
)
/** Where nothing else is said a frame is split at the same bytes each time. */
const SEED = Number(process.env['CROSSBOOK_SEED'] ?? 1)
/** From this version on a layout has the fields that are counted here. */
const COUNTED_FROM = 193

const wrongCounts = (frames: readonly RawFrame[], dir: RawFrame['dir'], expected: Readonly<Record<string, number>>): readonly string[] =>
  frames
    .filter((frame) => frame.dir === dir)
    .flatMap(({ tokens: [id = '', ...rest] }) =>
      expected[id] !== undefined && expected[id] !== rest.length + 1
        ? [`message ${id} has ${rest.length + 1} tokens, not ${expected[id]}`]
        : [],
    )

describe.each(captures.map((file) => [path.basename(file), file] as const))(`%s (seed ${SEED})`, (_name, file) => {
  const frames = framesOf(file)
  let replayed: Replayed
  beforeAll(async () => {
    replayed = await replay(frames, SEED)
  })

  it('arrives as it was recorded, in whatever pieces', () => {
    expect(replayed.received).toEqual(frames.flatMap(({ dir, tokens }) => (dir === 'in' ? [tokens] : [])))
  })

  it('is decoded and read without a complaint', () => {
    expect(replayed.codes).not.toContain(UNDECODABLE)
    expect(replayed.unreadable).toEqual([])
  })

  it('has the layouts of the version it was recorded at', () => {
    const [hello, ...rest] = frames.filter(({ dir }) => dir === 'in')
    if (Number(hello?.tokens[0]) < COUNTED_FROM) return
    expect(wrongCounts(rest, 'in', TOKENS_IN)).toEqual([])
    expect(wrongCounts(frames, 'out', TOKENS_OUT)).toEqual([])
  })

  it('E13, I13: echoes agree, and every fill counts once and within its order', () => {
    expect(checkOrders(replayed.callbacks)).toEqual([])
  })

  it('names no account', () => {
    const accounts = readFileSync(file, 'utf8').match(/\b(?:DU|DF|DI|U|F|I)\d{5,10}\b/g) ?? []
    expect(accounts.filter((account) => !/^[A-Z]+0{3}\d+$/.test(account))).toEqual([])
  })

  it('comes to what it came to when it was recorded', () => {
    const golden = `${file.replace(/\.ndjson$/, '')}.summary.json`
    expect(existsSync(golden)).toBe(true)
    expect(replayed.summary).toEqual(JSON.parse(readFileSync(golden, 'utf8')))
  })
})
