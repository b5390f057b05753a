import { askRecord, ROWS_MAX, SECONDS_MAX, type Answer } from '../../../operator/record/query'
import { print, printJson } from '../../render'
import { csvText, tableText } from './text'
import { recordHere, wholeNumber } from './where'

export interface QueryArguments {
  readonly limit: string
  readonly timeout: string
  readonly json?: boolean
  readonly csv?: boolean
}

/** Prints the answer; that there is more of it is said on standard error. */
export async function query(sql: string, { limit, timeout, json, csv }: QueryArguments): Promise<void> {
  if (json === true && csv === true) throw new RangeError('--json and --csv are two forms: give one of them')
  const rows = wholeNumber('limit', limit, ROWS_MAX, 'one document holds them all; ask for more day by day')
  const seconds = wholeNumber('timeout', timeout, SECONDS_MAX, 'a longer statement keeps the record from being written')
  const answer = await askRecord(recordHere().httpUrl, sql, { rows, seconds })
  if (json === true) printJson(answer)
  else print(csv === true ? csvText(answer) : tableText(answer))
  if (answer.truncated) process.stderr.write(`${moreText(answer, rows)}\n`)
}

const moreText = ({ rows }: Answer, asked: number): string =>
  `these are the first ${rows.length} rows, and there are more: --limit ${Math.min(asked * 10, ROWS_MAX)} shows more of them`
