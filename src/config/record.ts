import fs from 'node:fs'
import path from 'node:path'
import { readFile } from './files'
import { recordSchema, type RecordFile } from './schema/record'

/** @throws ConfigurationError when there is a `record.yaml` that cannot be used; without one everything is as its schema says. */
export function readRecordFile(configDir: string): RecordFile {
  const file = path.join(configDir, 'record.yaml')
  return fs.existsSync(file) ? readFile(file, recordSchema) : recordSchema.parse({})
}
