import fs from 'node:fs'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { ConfigurationError } from './environment'
import { nearest } from './suggest'

/** Reads a YAML or JSON file through a schema. @throws ConfigurationError naming the file, the place and the remedy. */
export const readFile = <T extends z.ZodType>(file: string, schema: T): z.output<T> => checked(parsed(readText(file), file), schema, file)

/** @throws ConfigurationError naming the file and the remedy. */
export function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    throw new ConfigurationError(`${file} cannot be read: create it, or start in the folder that holds config/`)
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof YAMLParseError) throw new ConfigurationError(`${file}: ${error.message.split('\n')[0]}`)
    throw error
  }
}

/** @throws ConfigurationError with the first problem found; an unknown key names the nearest known one. */
export function checked<T extends z.ZodType>(value: unknown, schema: T, file: string): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  // a misspelt key also leaves the right one missing: the misspelling is the thing to say
  const issue = result.error.issues.find(({ code }) => code === 'unrecognized_keys') ?? result.error.issues[0]
  const place = issue?.path.join('.') ?? ''
  if (issue?.code === 'unrecognized_keys') {
    const unknown = issue.keys[0] ?? ''
    const known = nearest(unknown, keysAt(schema, issue.path))
    throw new ConfigurationError(`${file}: unknown key "${[...issue.path, unknown].join('.')}"${known ? `; did you mean "${known}"?` : ''}`)
  }
  throw new ConfigurationError(`${file}: ${place === '' ? '' : `${place}: `}${issue?.message ?? 'not readable'}`)
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let node: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  for (const step of path) {
    const { properties, items, additionalProperties } = node as Record<'items' | 'additionalProperties', unknown> & {
      properties?: Record<string, unknown>
    }
    node = typeof step === 'number' ? items : (properties?.[String(step)] ?? additionalProperties)
    if (!node) return []
  }
  return Object.keys((node as { properties?: object }).properties ?? {})
}
