import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

/** Instances of the schemas of the venue's own document, by a seed. */

const FILE = path.resolve(__dirname, '../../../../../../shared/spec/kalshi/openapi-3.25.0.yaml')
export const documented = existsSync(FILE) ? describe : describe.skip
if (!existsSync(FILE)) process.stderr.write(`${FILE} is absent: tests on the venue's document are skipped\n`)

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly nullable?: boolean
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly minItems?: number
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly example?: unknown
}

export class Documents {
  readonly #schemas: Readonly<Record<string, Schema>>
  readonly #random: () => number

  /** @param random 0 ≤ x < 1 */
  constructor(random: () => number) {
    this.#schemas = (parse(readFileSync(FILE, 'utf8')) as { components: { schemas: Record<string, Schema> } }).components.schemas
    this.#random = random
  }

  /** @throws Error when the document has no such schema */
  instance(name: string): unknown {
    return this.#named(name)
  }

  #named(name: string): unknown {
    if (name === 'FixedPointDollars') return this.#pick(['0.5600', '0.0100', '0.9900', '0.017500', '1.0000', '0.0000'].slice(0, 3))
    if (name === 'FixedPointCount') return this.#pick(['10.00', '0.01', '227.27', '1.00'])
    const schema = this.#schemas[name]
    if (!schema) throw new Error(`the document has no schema ${name}`)
    return this.#value(schema, name)
  }

  #value(schema: Schema, name: string): unknown {
    if (schema.nullable && this.#random() < 0.3) return null
    if (schema.$ref) return this.#named(schema.$ref.split('/').at(-1) ?? '')
    if (schema.allOf) return this.#merged(schema.allOf, name)
    if (schema.oneOf) return this.#value(this.#pick(schema.oneOf), name)
    if (schema.enum) return this.#pick(schema.enum)
    if (schema.type === 'array') return this.#array(schema, name)
    if (schema.type === 'object' || schema.properties) return this.#object(schema)
    return this.#scalar(schema, name)
  }

  #merged(parts: readonly Schema[], name: string): unknown {
    const values = parts.map((part) => this.#value(part, name))
    return values.length === 1 ? values[0] : Object.assign({}, ...values)
  }

  /** A level of a book is a price and a count; the document says two texts. */
  #array(schema: Schema, name: string): unknown {
    if (schema.minItems === 2) return [this.#named('FixedPointDollars'), this.#named('FixedPointCount')]
    const isSide = name === 'yes_dollars' || name === 'no_dollars'
    const length = isSide ? 1 : Math.floor(this.#random() * 3)
    return Array.from({ length }, () => this.#value(schema.items ?? {}, name))
  }

  #object({ properties = {}, required = [] }: Schema): unknown {
    const kept = Object.entries(properties).filter(([name]) => required.includes(name) || this.#random() < 0.6)
    const object: Record<string, unknown> = Object.fromEntries(kept.map(([name, schema]) => [name, this.#value(schema, name)]))
    // two words for one direction never contradict each other on the wire
    const side = object['book_side'] ?? object['taker_book_side']
    for (const name of ['outcome_side', 'taker_outcome_side']) if (name in object) object[name] = side === 'ask' ? 'no' : 'yes'
    return { ...object, a_field_of_tomorrow: { nested: [1, 'x', null] } }
  }

  #scalar(schema: Schema, name: string): unknown {
    if (schema.format === 'date-time') return '2026-06-11T06:29:30.164956Z'
    if (schema.type === 'string')
      return name === 'cursor' ? '' : /^(start|end|step)$/.test(name) ? '0.0100' : this.#pick(['KXU3-25MAR', 'text'])
    if (schema.type === 'integer') return this.#pick([0, 1, 60, 1_789_000_000])
    if (schema.type === 'number') return this.#pick([1, 0.5, 4.2])
    if (schema.type === 'boolean') return this.#random() < 0.5
    return null
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T
  }
}
