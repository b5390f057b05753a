/** The channels of the stream (kalshi.md §7.4). */

interface ChannelRules {
  /** Whether a subscription names markets: it must, it may, or what it names is ignored. */
  readonly markets: 'required' | 'optional' | 'ignored'
  /** Whether data messages carry the count of their subscription. Answers to commands always do. */
  readonly isNumbered: boolean
  /** Only the account's own business. */
  readonly isPrivate: boolean
}

const rules = (markets: ChannelRules['markets'], isNumbered: boolean, isPrivate = false): ChannelRules => ({
  markets,
  isNumbered,
  isPrivate,
})

export const CHANNELS = {
  orderbook_delta: rules('required', true),
  ticker: rules('optional', false),
  trade: rules('optional', true),
  fill: rules('optional', false, true),
  market_positions: rules('optional', false, true),
  user_orders: rules('optional', false, true),
  order_group_updates: rules('ignored', true, true),
  market_lifecycle_v2: rules('ignored', true),
  multivariate_market_lifecycle: rules('ignored', true),
  // acknowledged, and silent: nobody asks for quotes here, and there are no index feeds
  communications: rules('ignored', true, true),
  cfbenchmarks_value: rules('ignored', true),
  cfbenchmarks_value_5hz: rules('ignored', true),
  pyth_value: rules('ignored', true),
} as const satisfies Readonly<Record<string, ChannelRules>>

export type Channel = keyof typeof CHANNELS

export const isChannel = (name: unknown): name is Channel => typeof name === 'string' && Object.hasOwn(CHANNELS, name)

/** Combos have a lifecycle channel of their own and are in no other. */
export const isCombo = (ticker: string): boolean => ticker.startsWith('KXMVE')
