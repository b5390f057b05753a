import fs from 'node:fs'
import path from 'node:path'
import { readFile } from './files'
import { alertsSchema, type AlertsFile } from './schema/alerts'
import { readSecretFile } from './secret-file'

/** Without a file nobody is told of anything. @throws ConfigurationError for one that cannot be used */
export function readAlertsFile(configDir: string): AlertsFile {
  const file = path.join(configDir, 'alerts.yaml')
  return fs.existsSync(file) ? readFile(file, alertsSchema) : alertsSchema.parse({})
}

/**
 * A secret, one line of a file that nobody else can read; its name is relative to the folder of `alerts.yaml`.
 * @throws ConfigurationError with the remedy, and never with the content of the file
 */
export const readAlertSecret = (configDir: string, name: string): string =>
  readSecretFile(path.resolve(configDir, name), 'secret', /^\S+$/, 'alerts.yaml names it, write the secret into it')
