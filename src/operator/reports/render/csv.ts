import type { Report, Table } from '../../../core/report/document'
import { plain } from './format'

/** What a spreadsheet would take for a formula, and what separates fields. */
const FORMULA = /^[=+@\t\r]|^-(?!\d+(\.\d+)?$)/
const SPECIAL = /[",\r\n]/

function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The report's first table (RFC 4180): a line of names, then a line a row. */
export const csvOf = ({ tables: [table] }: Report): string => (table === undefined ? '' : tableOf(table))

const tableOf = ({ columns, rows }: Table): string =>
  [columns.map(({ key }) => key), ...rows.map((row) => columns.map(({ unit }, at) => field(plain(unit, row[at] ?? null))))]
    .map((fields) => `${fields.join(',')}\r\n`)
    .join('')
