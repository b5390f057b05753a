import fs from 'node:fs'
import path from 'node:path'
import { readFile } from './files'
import { oddsSchema, type OddsFile } from './schema/odds'
import { readSecretFile } from './secret-file'

/** What can stand in an address as it is; a key is 32 hex digits, and nobody promises that. */
const KEY = /^[\w.~-]{8,128}$/

/** null: there is no source of odds here. @throws ConfigurationError when there is an `odds.yaml` that cannot be used. */
export function readOddsFile(configDir: string): OddsFile | null {
  const file = path.join(configDir, 'odds.yaml')
  return fs.existsSync(file) ? readFile(file, oddsSchema) : null
}

/** Where the key is: relative to the folder of `odds.yaml`, or absolute. */
export const oddsKeyFile = (configDir: string, { key_file: file }: Pick<OddsFile, 'key_file'>): string => path.resolve(configDir, file)

/**
 * The key of the source, one line of a file that nobody else can read.
 * @throws ConfigurationError with the remedy, and never with the content of the file.
 */
export const readOddsKey = (file: string): string =>
  readSecretFile(file, 'key', KEY, 'write the key of the odds source into it, or name another key_file in odds.yaml')

/** The month of credits that `nowMs` is in, from the day on which the source counts from zero again. */
export function creditMonth(nowMs: number, resetsOnDay: number): { readonly startMs: number; readonly resetMs: number } {
  const now = new Date(nowMs)
  const dayIn = (months: number): number => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, resetsOnDay)
  return nowMs < dayIn(0) ? { startMs: dayIn(-1), resetMs: dayIn(0) } : { startMs: dayIn(0), resetMs: dayIn(1) }
}
