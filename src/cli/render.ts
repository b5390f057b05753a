import { formatMoney, type Money } from '../core/units'

/** A table of text in columns; numbers-like columns are not guessed, `right` names them. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(headings), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n')
}

export const dollars = (micros: number): string => `${micros < 0 ? '−' : ''}$${formatMoney(Math.abs(micros) as Money)}`

/** "15:04:05.123" UTC. */
export const clockTime = (atMs: number): string => new Date(atMs).toISOString().slice(11, 23)

/** One JSON document on stdout: the machine's answer. */
export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
export const print = (text: string): void => void process.stdout.write(`${text}\n`)
