import { parseArgs } from 'node:util'

export const USAGE = 'crossbook chaos --seeds A..B [--lanes 2] [--block 20] [--resume FILE] [--keep] [--json]'

/** Two whole stacks at once fill two cores. */
const LANES = 2
const LANES_MAX = 8
/** A start and a settlement for so many episodes; more would crowd one screen of quotes. */
const BLOCK = 20
const BLOCK_MAX = 40

export interface ChaosArguments {
  /** First and last seed. */
  readonly from: number
  readonly to: number
  readonly lanes: number
  readonly block: number
  /** Blocks that this file tells of are not run again; finished ones are added. */
  readonly resume: string | null
  /** Folders of lanes stay. */
  readonly keep: boolean
  readonly json: boolean
}

/** @throws RangeError with one sentence that says what to change. */
export function readArguments(argv: readonly string[]): ChaosArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...{ seeds: { type: 'string' }, lanes: { type: 'string' }, block: { type: 'string' }, resume: { type: 'string' } },
      ...{ keep: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
    },
  })
  const [, from, to] = /^(\d{1,7})(?:\.\.(\d{1,7}))?$/.exec(values.seeds ?? '') ?? []
  if (from === undefined) throw new RangeError(`--seeds is a seed or a range like 1..15: ${USAGE}`)
  const [first, last] = [Number.parseInt(from, 10), Number.parseInt(to ?? from, 10)]
  if (last < first) throw new RangeError(`--seeds ends before it begins: write ${last}..${first}`)
  return {
    ...{ from: first, to: last },
    lanes: counted('lanes', values.lanes, LANES, LANES_MAX),
    block: counted('block', values.block, BLOCK, BLOCK_MAX),
    resume: values.resume ?? null,
    ...{ keep: values.keep, json: values.json },
  }
}

function counted(name: string, text: string | undefined, preset: number, most: number): number {
  if (text === undefined) return preset
  const value = /^\d{1,4}$/.test(text) ? Number.parseInt(text, 10) : 0
  if (value < 1 || value > most) throw new RangeError(`--${name} is a number from 1 to ${most}, not ${JSON.stringify(text)}`)
  return value
}
