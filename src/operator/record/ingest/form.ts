import type { Frame } from '../../../core/market/event'
import type { RecordRow } from '../../../ports/record'

export type Tell = (row: RecordRow) => void

/** What is not loaded, or loaded otherwise than it looks. */
export type Warn = (sentence: string) => void

/** Turns lines of one form into rows of the record. */
export interface LineForm {
  readonly name: 'recording' | 'trades' | 'odds' | 'markets' | 'quotes' | 'books'
  /** @throws Error saying what is wrong with the line; nothing of it is told then. */
  take(line: string, number: number): void
}

/** Turns the frames of a capture of ours into rows of the record. */
export interface CaptureForm {
  readonly name: 'capture'
  /** @throws Error saying what of the frame cannot be read. */
  receive(frame: Frame): void
}
export type Form = LineForm | CaptureForm

/** Kalshi's tickers begin with their series. */
export const seriesOfTicker = (ticker: string): string => ticker.split('-')[0] ?? ''
