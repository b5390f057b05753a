import fs from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from './environment'
import { readFile } from './files'
import { apiSchema, isLoopback, type ApiFile } from './schema/api'

/**
 * Without a file the API answers on loopback, without tokens.
 * @throws ConfigurationError for a file that cannot be used, and for one that answers other machines without tokens
 */
export function readApiFile(configDir: string): ApiFile {
  const file = path.join(configDir, 'api.yaml')
  const found = fs.existsSync(file) ? readFile(file, apiSchema) : apiSchema.parse({})
  if (!isLoopback(found.host) && found.tokens !== 'always')
    throw new ConfigurationError(`${file}: host ${found.host} is reached by other machines: set tokens to always`)
  return found
}
