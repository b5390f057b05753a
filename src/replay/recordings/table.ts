import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { millis, ONE_DOLLAR, price, quantity, type Millis, type Price, type Quantity } from '../../core/units'

const unpacked = promisify(gunzip)
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
const COUNT = /^[1-9]\d{0,8}$/

/**
 * The text of a file, unpacked where its name ends in .gz.
 * @throws RangeError naming the file that is missing or cannot be read
 */
export async function textOf(file: string): Promise<string> {
  try {
    const bytes = await readFile(file)
    return (file.endsWith('.gz') ? await unpacked(bytes) : bytes).toString('utf8')
  } catch (error) {
    throw new RangeError(sentenceOf(file, error as NodeJS.ErrnoException), { cause: error })
  }
}

/** @param error of the file system, or of what unpacks */
export const sentenceOf = (file: string, { code, message }: NodeJS.ErrnoException): string =>
  code === 'ENOENT' ? `${file} does not exist: name the folder that holds the recorded market data` : `${file} cannot be read: ${message}`

/** One line of a table, with what reads its fields. */
export class Row<Column extends string> {
  /** `file:line`. */
  readonly place: string
  readonly #fields: ReadonlyMap<Column, string>

  constructor(place: string, columns: readonly Column[], fields: readonly string[]) {
    this.place = place
    if (fields.length !== columns.length)
      throw new RangeError(`${place} has ${fields.length} fields where ${columns.length} are expected (${columns.join(',')})`)
    this.#fields = new Map(columns.map((column, i) => [column, fields[i] ?? '']))
  }

  text(column: Column): string {
    const text = this.#fields.get(column) ?? ''
    return text === '' ? this.fail(column, 'nothing') : text
  }
  oneOf<T extends string>(column: Column, allowed: readonly T[]): T {
    const text = this.text(column)
    return allowed.find((each) => each === text) ?? this.fail(column, `"${text}", and not ${allowed.join(' or ')}`)
  }
  /** A moment with its zone; what is finer than a millisecond is cut off. */
  time(column: Column): Millis {
    const text = this.text(column)
    const ms = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN
    return Number.isNaN(ms) ? this.fail(column, `"${text}", which is no time like 2025-03-03T15:05:00Z`) : millis(ms)
  }
  /** Whole contracts, at least one. */
  contracts(column: Column): Quantity {
    const text = this.text(column)
    return COUNT.test(text) ? quantity(text) : this.fail(column, `"${text}", which is no whole number of contracts`)
  }
  /** Between nothing and a dollar, both excluded. */
  dollars(column: Column): Price {
    const text = this.text(column)
    return this.#inside(column, text, text)
  }
  cents(column: Column): Price {
    const text = this.text(column)
    return this.#inside(column, /^\d{1,2}$/.test(text) ? `0.${text.padStart(2, '0')}` : text, `${text} cents`)
  }

  /** @throws RangeError naming file, line and column */
  fail(column: Column, found: string): never {
    throw new RangeError(`${this.place} is damaged: ${column} is ${found}`)
  }

  #inside(column: Column, decimal: string, shown: string): Price {
    try {
      const at = price(decimal)
      if (at > 0 && at < ONE_DOLLAR) return at
    } catch {
      // said below, with the place
    }
    return this.fail(column, `"${shown}", which is no price between nothing and a dollar`)
  }
}

/**
 * A comma-separated table, plain or gzipped, whose heading names exactly these columns; none of the recorded tables quotes a field.
 * @throws RangeError naming file, and line where one is damaged
 */
export async function readTable<Column extends string>(file: string, columns: readonly Column[]): Promise<readonly Row<Column>[]> {
  const [heading, ...lines] = (await textOf(file))
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
  if (heading !== columns.join(','))
    throw new RangeError(`${file}:1 has the columns "${heading}" where "${columns.join(',')}" are expected: it is another table`)
  return lines.map((line, i) => new Row(`${file}:${i + 2}`, columns, line.split(',')))
}
