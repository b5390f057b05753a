import Ajv, { type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { RELAXATIONS, UNDESCRIBED, type Relaxation, type Schema } from './relaxations'

/** The venue's own description of its REST answers as a judge: what it does not declare is an error, except what `relaxations.ts` proves. */

export const SHARED = resolve(__dirname, '../../../../../shared')
const FILE = resolve(SHARED, 'spec/kalshi/openapi-3.25.0.yaml')
export const isHere = existsSync(FILE)
const SDK_MODELS = join(__dirname, '../../../../node_modules/kalshi-typescript/models')

/** One request and its answer; the path is below the API root, without the query. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly body: unknown
}

type Schemas = Record<string, Schema>
interface Operation {
  readonly responses: Record<string, Schema>
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Schemas; readonly responses: Record<string, Schema> }
}

let read: Document | null = null

/** Formats that the document only describes in words (kalshi.md §2.1): money with 4 to 6 decimals, counts with exactly 2. */
const FORMATS: Readonly<Record<string, string>> = { FixedPointDollars: '^-?\\d+\\.\\d{4,6}$', FixedPointCount: '^-?\\d+\\.\\d{2}$' }

/** @returns what is wrong with an answer, in words; nothing when it is as described. */
export function judge(relaxations: readonly Relaxation[] = RELAXATIONS): (exchange: Exchange) => string[] {
  const document = structuredClone((read ??= parse(readFileSync(FILE, 'utf8')) as Document))
  const { schemas } = document.components
  for (const [name, pattern] of Object.entries(FORMATS)) Object.assign(schemas[name] ?? {}, { pattern })
  for (const schema of [...Object.values(schemas), ...Object.values(document.components.responses)]) close(schema)
  for (const relaxation of relaxations) relaxation.apply(schemas)
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats(ajv)
  ajv.addSchema({ $id: 'doc', components: { schemas } })
  const compiled = new Map<string, ValidateFunction>()
  return (exchange) => {
    const template = templateOf(document, exchange)
    const known = UNDESCRIBED.find((each) => each.method === exchange.method && each.path === template && each.status === exchange.status)
    const response = document.paths[template]?.[exchange.method.toLowerCase()]?.responses[String(exchange.status)]
    const place = `${exchange.method} ${template}`
    if (!response) return known ? keyFaults(known.model, exchange.body, place) : [`${place} ${exchange.status} is not described`]
    const schema = schemaOf(document, response)
    if (schema === null) return exchange.status >= 400 || isEmpty(exchange.body) ? [] : [`${template} has no body`]
    const key = JSON.stringify(schema)
    const validate = compiled.get(key) ?? ajv.compile(schema)
    compiled.set(key, validate)
    if (validate(exchange.body)) return []
    return (validate.errors ?? []).map((error) => `${place}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)
  }
}

/** The keys of an answer against a model of the official client. */
function keyFaults(name: string | undefined, body: unknown, place: string): string[] {
  const model = name === undefined ? null : clientModel(name)
  if (!model) return []
  const keys = Object.keys((body ?? {}) as object)
  return [
    ...model.required.filter((key) => !keys.includes(key)).map((key) => `${place} lacks ${key}`),
    ...keys.filter((key) => !model.all.includes(key)).map((key) => `${place} has ${key} too many`),
  ]
}

const isEmpty = (body: unknown): boolean => body === null || (typeof body === 'object' && Object.keys(body).length === 0)

/** A literal path wins over one with a parameter. */
export function templateOf({ paths }: Pick<Document, 'paths'>, { path }: Pick<Exchange, 'path'>): string {
  if (path in paths) return path
  const known = [...Object.keys(paths), ...UNDESCRIBED.map((each) => each.path)]
  return known.find((template) => new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path)) ?? path
}

function schemaOf(document: Document, response: Schema): Schema | null {
  const name = typeof response['$ref'] === 'string' ? (response['$ref'].split('/').at(-1) ?? '') : null
  const content = (name === null ? response : document.components.responses[name])?.['content'] as Record<string, Schema> | undefined
  const schema = content?.['application/json']?.['schema'] as Schema | undefined
  return schema === undefined ? null : (rewritten(schema) as Schema)
}

/** References point into the document. */
function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, key === '$ref' && typeof each === 'string' ? `doc${each}` : rewritten(each)]),
  )
}

/** Closes every object against undeclared keys, and says `nullable` as JSON Schema does. In place. */
function close(schema: Schema): void {
  for (const value of Object.values(schema)) {
    if (Array.isArray(value)) for (const each of value) if (typeof each === 'object' && each !== null) close(each as Schema)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) close(value as Schema)
  }
  if (typeof schema['properties'] === 'object' && schema['type'] === 'object' && schema['additionalProperties'] === undefined)
    schema['additionalProperties'] = false
  if (schema['nullable'] !== true) return
  const { nullable: _nullable, ...rest } = schema
  for (const key of Object.keys(schema)) delete schema[key]
  schema['anyOf'] = [rest, { type: 'null' }]
}

/** Keys of a model of the official client 3.30.0: required ones, and all. Null where it has no such model. */
export function clientModel(name: string): { readonly required: readonly string[]; readonly all: readonly string[] } | null {
  const file = modelFiles.get(name.toLowerCase())
  if (file === undefined) return null
  const lines = [...readFileSync(join(SDK_MODELS, file), 'utf8').matchAll(/^ {4}'(\w+)'(\??):/gm)]
  return { required: lines.filter(([, , mark]) => mark === '').map(([, key]) => key ?? ''), all: lines.map(([, key]) => key ?? '') }
}

const modelFiles = new Map(
  existsSync(SDK_MODELS) ? readdirSync(SDK_MODELS).map((file) => [file.replace('.ts', '').replaceAll('-', ''), file]) : [],
)
