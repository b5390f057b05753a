import Ajv2020 from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import type { LightMyRequestResponse } from 'fastify'
import type { World } from './world'

type Schema = Readonly<Record<string, unknown>>
export interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly { readonly in: 'path' | 'query' | 'header'; readonly name: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>
}
export interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** The document that is served, and whether answers are what it says. */
export class Contract {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true })
  /** Operations with the statuses that were seen of them. */
  readonly seen = new Map<string, Set<number>>()

  constructor(readonly document: OpenApi) {
    addFormats(this.#ajv)
    this.#ajv.addSchema(document, 'api')
  }

  static async of(world: World): Promise<Contract> {
    return new Contract((await world.ask('vera', 'GET', '/docs/json')).json())
  }

  get operations(): readonly (readonly [string, Operation])[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    )
  }

  /** What of an answer is not as the document says, a sentence each. @param name "GET /v1/trades/{id}" */
  differences(name: string, { statusCode, headers, body }: LightMyRequestResponse): readonly string[] {
    const [method = '', path = ''] = name.split(' ')
    const response = this.document.paths[path]?.[method.toLowerCase()]?.responses[String(statusCode)]
    if (!response) return [`${name} answers ${statusCode}, which is not in the document`]
    this.seen.set(name, (this.seen.get(name) ?? new Set()).add(statusCode))
    const type = String(headers['content-type']).split(';')[0] ?? ''
    if (response.content?.[type] === undefined) return [`${name} answers ${statusCode} as ${type}, which is not in the document`]
    if (type === 'text/plain') return []
    const pointer = ['paths', path, method.toLowerCase(), 'responses', String(statusCode), 'content', type, 'schema']
    const validate = this.#ajv.getSchema(
      `api#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`,
    )
    if (!validate) return [`${name} ${statusCode} has no schema`]
    return validate(JSON.parse(body)) ? [] : [`${name} ${statusCode}: ${this.#ajv.errorsText(validate.errors)}`]
  }
}
