import type { Column, Report, Unit, Value } from '../../../core/report/document'
import { plain } from './format'

/** How a unit is told in JSON: money, ratios and the like as whole numbers under a name that says so, prices and contracts as decimal strings. */
const SUFFIX: Readonly<Partial<Record<Unit, string>>> = {
  money: 'Micros',
  time: 'Ms',
  duration: 'Ms',
  micros: 'Micros',
  ratio: 'Ppm',
  dollarSeconds: 'Milli',
}
const AS_TEXT: readonly Unit[] = ['price', 'quantity']

const keyOf = ({ key, unit }: Pick<Column, 'key' | 'unit'>): string => `${key}${SUFFIX[unit] ?? ''}`
const valueOf = (unit: Unit, value: Value): Value => (value !== null && AS_TEXT.includes(unit) ? plain(unit, value) : value)

/** One document: what stands in `figures` and in the tables keeps its names. */
export const jsonOf = ({ kind, span, madeAtMs, figures, tables, notes, violations }: Report): object => ({
  kind,
  fromMs: span.fromMs,
  toMs: span.toMs,
  madeAtMs,
  figures: Object.fromEntries(figures.map((each) => [keyOf(each), valueOf(each.unit, each.value)])),
  ...Object.fromEntries(
    tables.map(({ name, columns, rows }) => [
      name,
      rows.map((row) => Object.fromEntries(columns.map((column, at) => [keyOf(column), valueOf(column.unit, row[at] ?? null)]))),
    ]),
  ),
  notes,
  violations,
})
