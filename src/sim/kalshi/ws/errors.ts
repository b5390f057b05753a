/** The numbered errors of the stream, as the venue words them. 6, 16 and 17 are retired (kalshi.md §7.2). */
export const ERRORS = {
  1: 'Unable to process message',
  2: 'Params required',
  3: 'Channels required',
  4: 'Subscription IDs required',
  5: 'Unknown command',
  7: 'Unknown subscription ID',
  8: 'Unknown channel name',
  9: 'Authentication required',
  10: 'Channel error',
  11: 'Invalid parameter',
  12: 'Exactly one subscription ID is required',
  13: 'Unsupported action',
  14: 'Market Ticker required',
  15: 'Action required',
  18: 'Command timeout',
  19: 'shard_factor must be > 0',
  20: 'shard_factor is required when shard_key is set',
  21: 'shard_key must be >= 0 and < shard_factor',
  22: 'shard_factor must be <= 100',
  23: 'Match IDs required',
  24: 'Index IDs required',
  25: 'Subscription buffer overflow',
  26: 'Subscription market limit exceeded',
  27: 'Too many requests',
  28: 'Underlying tickers required',
} as const

export type ErrorCode = keyof typeof ERRORS
/** After these the subscription is gone: the client subscribes anew. */
export type TerminalCode = 10 | 25

/** Which market an error is about, when it is about one. */
export interface ErrorDetail {
  readonly market_ticker?: string
  readonly market_id?: string
}

export const isErrorCode = (code: number): code is ErrorCode => Object.hasOwn(ERRORS, code)

/** Ends a command with this error. */
export class CommandError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly detail: ErrorDetail = {},
  ) {
    super(ERRORS[code])
  }
}

export const errorBody = (code: ErrorCode, detail: ErrorDetail = {}): unknown => ({ code, msg: ERRORS[code], ...detail })
