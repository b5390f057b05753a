import { parseArgs } from 'node:util'
import { ConfigurationError } from '../config/environment'

export interface StackArguments {
  readonly scenario: string
  /** Stop by itself after this; null: run until told. */
  readonly forMs: number | null
  readonly headless: boolean
  readonly json: boolean
  readonly sim: boolean
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const USAGE = 'usage: npm start --silent -- [--scenario DIR] [--for 60s] [--headless] [--json] [--no-sim]'

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
      },
    })
    return {
      scenario: values.scenario ?? exampleDir,
      forMs: values.for === undefined ? null : duration(values.for),
      headless: values.headless ?? false,
      json: values.json ?? false,
      sim: !(values['no-sim'] ?? false),
    }
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message.split('\n')[0]}; ${USAGE}`)
  }
}

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text)
  const unit = UNITS_MS[match?.[2] ?? '']
  if (!match || unit === undefined) throw new ConfigurationError(`--for takes a time like 60s or 5m, not "${text}"`)
  return Number(match[1]) * unit
}
