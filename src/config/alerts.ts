import fs from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from './environment'
import { readFile } from './files'
import { alertsSchema, type AlertsFile } from './schema/alerts'

/** Whoever else of the machine may read a file. */
const OTHERS_MAY_READ = 0o077

/** Without a file nobody is told of anything. @throws ConfigurationError for one that cannot be used */
export function readAlertsFile(configDir: string): AlertsFile {
  const file = path.join(configDir, 'alerts.yaml')
  return fs.existsSync(file) ? readFile(file, alertsSchema) : alertsSchema.parse({})
}

/**
 * A secret, one line of a file that nobody else can read; its name is relative to the folder of `alerts.yaml`.
 * @throws ConfigurationError with the remedy, and never with the content of the file
 */
export function readAlertSecret(configDir: string, name: string): string {
  const file = path.resolve(configDir, name)
  let text: string
  let mode: number
  try {
    mode = fs.statSync(file).mode
    text = fs.readFileSync(file, 'utf8').trim()
  } catch {
    throw new ConfigurationError(`${file} cannot be read: alerts.yaml names it, write the secret into it`)
  }
  if ((mode & OTHERS_MAY_READ) !== 0)
    throw new ConfigurationError(`${file} can be read by others, and it holds a secret: chmod 600 ${file}`)
  if (text === '' || /\s/.test(text)) throw new ConfigurationError(`${file} does not hold a secret: one line and nothing else`)
  return text
}
