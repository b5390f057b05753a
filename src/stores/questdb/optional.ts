import type { Sender } from '@questdb/nodejs-client'

/** A column that may have nothing: nothing is written then, which the table reads as null. */
export function optional(sender: Sender, column: string, value: number | null): void {
  if (value !== null) sender.intColumn(column, value)
}
