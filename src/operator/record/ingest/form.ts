import type { RecordRow } from '../../../ports/record'

export type Tell = (row: RecordRow) => void

/** Turns lines of one form into rows of the record. */
export interface Form {
  readonly name: 'capture' | 'recording' | 'trades' | 'odds' | 'markets' | 'quotes' | 'books'
  /** @throws Error saying what is wrong with the line; nothing of it is told then. */
  take(line: string, number: number): void
}

/** Kalshi's tickers begin with their series. */
export const seriesOfTicker = (ticker: string): string => ticker.split('-')[0] ?? ''
