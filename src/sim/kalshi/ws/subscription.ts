import { CHANNELS, type Channel } from './channels'
import { errorBody, type ErrorCode, type ErrorDetail } from './errors'
import { frame } from './frame'

export interface SubscriptionOptions {
  readonly useYesPrice: boolean
  readonly skipTickerAck: boolean
}

/** A data message before its envelope. */
export interface Piece {
  readonly type: string
  readonly msg: string
}

/** One subscription of one connection: its number, its markets, its count. */
export class Subscription {
  #seq = 0

  constructor(
    readonly sid: number,
    readonly channel: Channel,
    readonly accountId: string,
    /** Null: every market. Index and underlying names stand here too. */
    public tickers: Set<string> | null,
    readonly options: SubscriptionOptions,
    private readonly sentMs: () => number | null,
  ) {}

  wants(ticker: string): boolean {
    return this.tickers === null || this.tickers.has(ticker)
  }

  /** A data message; on a numbered channel it consumes a number. `id`: that of the command it answers. */
  data(piece: Piece, id?: number): string {
    const count = CHANNELS[this.channel].isNumbered ? { seq: ++this.#seq } : {}
    return frame({ type: piece.type, id, sid: this.sid, ...count, msg: piece.msg }, this.sentMs())
  }

  /** An answer to a command: it consumes a number on every channel. */
  answer(type: 'ok' | 'unsubscribed' | 'cfbenchmarks_value_indexlist' | 'pyth_value_underlying_list', id?: number, msg?: unknown): string {
    const body = msg === undefined ? {} : { msg: JSON.stringify(msg) }
    return frame({ type, id, sid: this.sid, seq: ++this.#seq, ...body }, this.sentMs())
  }

  error(code: ErrorCode, id?: number, detail: ErrorDetail = {}): string {
    return frame({ type: 'error', id, sid: this.sid, seq: ++this.#seq, msg: JSON.stringify(errorBody(code, detail)) }, this.sentMs())
  }
}
