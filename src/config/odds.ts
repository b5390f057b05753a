import fs from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from './environment'
import { readFile } from './files'
import { oddsSchema, type OddsFile } from './schema/odds'

/** Whoever else of the machine may read a file. */
const OTHERS_MAY_READ = 0o077
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
export function readOddsKey(file: string): string {
  let text: string
  let mode: number
  try {
    mode = fs.statSync(file).mode
    text = fs.readFileSync(file, 'utf8').trim()
  } catch {
    throw new ConfigurationError(`${file} cannot be read: write the key of the odds source into it, or name another key_file in odds.yaml`)
  }
  if ((mode & OTHERS_MAY_READ) !== 0) throw new ConfigurationError(`${file} can be read by others, and it holds a key: chmod 600 ${file}`)
  if (!KEY.test(text))
    throw new ConfigurationError(`${file} does not hold a key: one line with the key of the odds source and nothing else`)
  return text
}

/** The month of credits that `nowMs` is in, from the day on which the source counts from zero again. */
export function creditMonth(nowMs: number, resetsOnDay: number): { readonly startMs: number; readonly resetMs: number } {
  const now = new Date(nowMs)
  const dayIn = (months: number): number => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, resetsOnDay)
  return nowMs < dayIn(0) ? { startMs: dayIn(-1), resetMs: dayIn(0) } : { startMs: dayIn(0), resetMs: dayIn(1) }
}
