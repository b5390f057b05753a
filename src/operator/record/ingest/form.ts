import type { RecordRow } from '../../../ports/record'
import type { OddsRow } from './odds-row'

/** What a file makes. */
export type Row = RecordRow | OddsRow
export type Tell = (row: Row) => void

/** Turns lines of one form into rows of the record. */
export interface Form {
  readonly name: 'capture' | 'recording' | 'trades' | 'odds' | 'markets' | 'quotes' | 'books'
  /** @throws Error saying what is wrong with the line; nothing of it is told then. */
  take(line: string, number: number): void
}

/** Kalshi's tickers begin with their series. */
export const seriesOfTicker = (ticker: string): string => ticker.split('-')[0] ?? ''
