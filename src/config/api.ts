import fs from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from './environment'
import { readFile } from './files'
import { apiSchema, isLoopback, type ApiFile } from './schema/api'

/**
 * Without a file the API answers on loopback, without tokens.
 * @throws ConfigurationError for a file that cannot be used, and for one that answers other machines, or those behind a proxy, without tokens
 */
export function readApiFile(configDir: string): ApiFile {
  const file = path.join(configDir, 'api.yaml')
  const found = fs.existsSync(file) ? readFile(file, apiSchema) : apiSchema.parse({})
  if (!isLoopback(found.host) && found.tokens !== 'always')
    throw new ConfigurationError(`${file}: host ${found.host} is reached by other machines: set tokens to always`)
  // a proxy on this machine that says nothing of whom it brings would make everybody somebody here
  if ((found.hosts.length > 0 || found.proxies.length > 0) && found.tokens !== 'always')
    throw new ConfigurationError(`${file}: a reverse proxy brings other machines: set tokens to always`)
  return found
}
