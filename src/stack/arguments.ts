import { parseArgs } from 'node:util'
import { ConfigurationError } from '../config/environment'

export interface StackArguments {
  /** null: none was asked for. */
  readonly scenario: string | null
  /** The scenario of a start that names none. */
  readonly example: string
  /** Stop by itself after this; null: run until told. */
  readonly forMs: number | null
  readonly headless: boolean
  readonly json: boolean
  readonly sim: boolean
  /** Streaming processes side by side, by the name of their shard; null: the one that config/venues.yaml names. */
  readonly shards: readonly string[] | null
  /** A warm standby for each of them. */
  readonly standby: boolean
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const USAGE = 'usage: npm start --silent -- [--scenario DIR] [--for 60s] [--headless] [--json] [--no-sim] [--shards A,B] [--standby]'

/** @throws ConfigurationError with one sentence for anything it does not know. */
export function parseStackArguments(argv: readonly string[], exampleDir: string): StackArguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        scenario: { type: 'string' },
        for: { type: 'string' },
        headless: { type: 'boolean' },
        json: { type: 'boolean' },
        'no-sim': { type: 'boolean' },
        shards: { type: 'string' },
        standby: { type: 'boolean' },
      },
    })
    return {
      scenario: values.scenario ?? null,
      example: exampleDir,
      forMs: values.for === undefined ? null : duration(values.for),
      headless: values.headless ?? false,
      json: values.json ?? false,
      sim: !(values['no-sim'] ?? false),
      shards: values.shards === undefined ? null : names(values.shards),
      standby: values.standby ?? false,
    }
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message.split('\n')[0]}; ${USAGE}`)
  }
}

function names(text: string): readonly string[] {
  const found = text.split(',')
  if (found.includes('') || new Set(found).size < found.length)
    throw new ConfigurationError(`--shards takes names of config/venues.yaml like main,second, each once, not "${text}"`)
  return found
}

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text)
  const unit = UNITS_MS[match?.[2] ?? '']
  if (!match || unit === undefined) throw new ConfigurationError(`--for takes a time like 60s or 5m, not "${text}"`)
  return Number(match[1]) * unit
}
