#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { ConfigurationError } from '../config/environment'
import { describeVerbs } from './reference'

/** 0: success; 1: failure; 2: wrong usage, scenario or configuration (design.md §6). */
const EXIT = { success: 0, failure: 1, usage: 2 } as const

export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('crossbook')
    .description('Operate Crossbook: trades, ledger, halts, schedules.')
    .exitOverride()
    .showHelpAfterError()
  program.configureOutput({ outputError: (text, write) => write(text) })
  let code: number = EXIT.success
  describeVerbs(program, (result) => (code = result))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage
    process.stderr.write(`crossbook: ${error instanceof Error ? error.message : String(error)}\n`)
    return error instanceof ConfigurationError || error instanceof RangeError ? EXIT.usage : EXIT.failure
  }
}

/** A reader that has seen enough (`crossbook trades | head`) is no failure; anything else about the output is. */
const endQuietly = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT.success)
}

if (require.main === module) {
  process.stdout.on('error', endQuietly)
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code
  })
}
