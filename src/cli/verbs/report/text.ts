import type { Report, Table } from '../../../core/report/document'
import { isRight, momentText, shown } from '../../../operator/reports/render/format'
import { table } from '../../render'

/** Rows of one table on a screen; the other formats have all. */
const ROWS_SHOWN = 40

/** As a person reads it in a terminal. */
export const textOf = ({ title, span, figures, tables, notes, violations }: Report): string =>
  [
    `${title}, from ${momentText(span.fromMs)} to ${momentText(span.toMs)}`,
    table(
      ['', ''],
      figures.map(({ label, unit, value }) => [label, shown(unit, value)]),
      [1],
    )
      .split('\n')
      .slice(2)
      .join('\n'),
    ...tables.filter(({ rows }) => rows.length > 0).map(tableText),
    [...violations.map((each) => `DOES NOT TIE OUT: ${each}`), ...notes].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')

function tableText({ title, columns, rows }: Table): string {
  const cells = rows.slice(0, ROWS_SHOWN).map((row) => columns.map(({ unit }, at) => shown(unit, row[at] ?? null)))
  const right = columns.flatMap(({ unit }, at) => (isRight(unit) ? [at] : []))
  const more = rows.length > ROWS_SHOWN ? [`… and ${rows.length - ROWS_SHOWN} more`] : []
  return [
    title,
    table(
      columns.map(({ heading }) => heading),
      cells,
      right,
    ),
    ...more,
  ].join('\n')
}
