import { parseArgs } from 'node:util'
import { clockFile, ownClock } from './clock-file'
import { openControl } from './control'
import { loadScenario } from './scenario'
import { scenarioJsonSchema } from './schema'
import { World } from './world'

const USAGE =
  'crossbook sim --scenario FILE [--state DIR] [--host 127.0.0.1] [--kalshi-port N] [--ibkr-port N] [--odds-port N] [--control-port N] [--seed N] [--clock FILE]'
/** A clean stop has this long; then the process ends all the same. */
const STOP_MS_MAX = 4_000
const BAD_INPUT = 2

interface Arguments {
  readonly scenario: string
  readonly state: string | null
  readonly host: string
  readonly kalshiPort: number
  readonly ibkrPort: number
  readonly oddsPort: number
  readonly controlPort: number
  readonly seed: number | null
  /** Where a clock that can be moved is kept. */
  readonly clock: string | null
}

/** @throws Error with one sentence. */
function readArguments(argv: readonly string[]): Arguments {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scenario: text,
      state: text,
      host: text,
      'kalshi-port': text,
      'ibkr-port': text,
      'odds-port': text,
      'control-port': text,
      seed: text,
      clock: text,
    },
  })
  if (values.scenario === undefined) throw new Error(`--scenario FILE is missing: ${USAGE}`)
  const integer = (name: 'kalshi-port' | 'ibkr-port' | 'odds-port' | 'control-port' | 'seed'): number => {
    const value = values[name] ?? '0'
    if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name} must be a whole number, not ${JSON.stringify(value)}`)
    return Number.parseInt(value, 10)
  }
  return {
    scenario: values.scenario,
    state: values.state ?? null,
    host: values.host ?? '127.0.0.1',
    kalshiPort: integer('kalshi-port'),
    ibkrPort: integer('ibkr-port'),
    oddsPort: integer('odds-port'),
    controlPort: integer('control-port'),
    seed: values.seed === undefined ? null : integer('seed'),
    clock: values.clock ?? null,
  }
}

/**
 * Runs the simulated venues until SIGTERM or SIGINT; `--schema` alone prints the scenario's JSON Schema instead. One JSON line on standard output when all listeners are up; logs on standard error.
 * @returns the exit code: 0 after a stop, 2 with one sentence on standard error when the arguments or the scenario are wrong.
 */
export async function runSim(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && argv[0] === '--schema') {
    process.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
    return 0
  }
  let world: World
  let args: Arguments
  try {
    args = readArguments(argv)
    const keeper = args.clock === null ? ownClock() : clockFile(args.clock)
    const loaded = loadScenario(args.scenario, Date.now(), keeper.read())
    if (args.clock !== null && loaded.scenario.clock.mode !== 'movable')
      throw new Error(`--clock keeps a clock that can be moved: set {"mode":"movable"} as the clock of ${args.scenario}, or leave it out`)
    world = new World(loaded, args.state, args.seed ?? loaded.scenario.seed, keeper)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return BAD_INPUT
  }
  const stopped = stopSignal()
  const venues = await world.listen(args)
  const control = await openControl(world, args.host, args.controlPort)
  world.start()
  process.stdout.write(`${JSON.stringify({ event: 'ready', ...venues, control: { url: control.url } })}\n`)
  await stopped
  const deadline = setTimeout(() => process.exit(0), STOP_MS_MAX)
  await Promise.all([control.close(), world.close()])
  clearTimeout(deadline)
  return 0
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.removeListener('SIGTERM', stop)
      process.removeListener('SIGINT', stop)
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}

if (require.main === module) {
  runSim(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.exit(1)
    },
  )
}
