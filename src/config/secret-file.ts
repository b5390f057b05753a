import fs from 'node:fs'
import { ConfigurationError } from './environment'

/** Whoever else of the machine may read a file. */
const OTHERS_MAY_READ = 0o077

/**
 * A secret: one line of a file that nobody else can read.
 * @param what it is, for whoever reads the error. @param shape what it may look like
 * @throws ConfigurationError with the remedy, and never with the content of the file
 */
export function readSecretFile(file: string, what: string, shape: RegExp, remedy: string): string {
  let text: string
  let mode: number
  try {
    mode = fs.statSync(file).mode
    text = fs.readFileSync(file, 'utf8').trim()
  } catch {
    throw new ConfigurationError(`${file} cannot be read: ${remedy}`)
  }
  if ((mode & OTHERS_MAY_READ) !== 0)
    throw new ConfigurationError(`${file} can be read by others, and it holds a ${what}: chmod 600 ${file}`)
  if (!shape.test(text)) throw new ConfigurationError(`${file} does not hold a ${what}: one line and nothing else`)
  return text
}
