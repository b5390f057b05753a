import { setMaxListeners } from 'node:events'
import { readArguments, type ChaosArguments } from './arguments'
import { reportText } from './report'
import { runChaos } from './run'

/** 1: a violation, or not all seeds were run; 2: wrong usage. */
const EXIT = { success: 0, violation: 1, usage: 2 } as const

/** Strikes a whole system at every step of its trades, and has its invariants checked. @returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let args: ChaosArguments
  try {
    args = readArguments(argv)
  } catch (error) {
    process.stderr.write(`crossbook: ${(error as Error).message}\n`)
    return EXIT.usage
  }
  const stop = new AbortController()
  setMaxListeners(0, stop.signal) // every wait of every lane hears it
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  const startedAt = performance.now()
  const say = (line: string): void =>
    void process.stderr.write(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`)
  const report = await runChaos(args, say, stop.signal)
  process.stdout.write(`${args.json ? JSON.stringify(report, null, 2) : reportText(report)}\n`)
  const isWhole = report.runs === args.to - args.from + 1 && report.unfinished.length === 0
  return isWhole && report.violations.length === 0 ? EXIT.success : EXIT.violation
}

if (require.main === module)
  void main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: Error) => {
      process.stderr.write(`crossbook: ${error.message}\n`)
      process.exit(EXIT.violation)
    },
  )
