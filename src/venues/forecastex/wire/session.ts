import type { Millis } from '../../../core/units'

/**
 * What the gateway's notices say of the way behind it: to IBKR (1100, 1101, 1102, 1300, 2110) and to the market data farms (2103, 2104, 2108).
 * The socket to the gateway may be up while either is down. Farms of historical data (2105 to 2107) and of contracts (2157, 2158) carry no quotes.
 */
export interface Reach {
  readonly broker: 'connected' | 'lost'
  /** When a lost IBKR was last regained in this session: reads just after it may still be incomplete. null: never lost. */
  readonly restoredMs: Millis | null
  /** Market data farms that are broken, by name; '' for a notice that names none. */
  readonly brokenFarms: readonly string[]
}
/** What quotes need after a notice. */
export type QuoteNeed = 'none' | 'resubscribe'

/** Until a notice says otherwise. */
export const REACHABLE: Reach = { broker: 'connected', restoredMs: null, brokenFarms: [] }

/** "Market data farm connection is broken:usfarm" names usfarm. */
const farmOf = (message: string): string => (message.includes(':') ? message.slice(message.lastIndexOf(':') + 1).trim() : '')

/** @returns the new reach, and whether quotes must be asked for again: they were lost (1101) or may be old (a farm came back). */
export function applyNotice(
  reach: Reach,
  code: number,
  message: string,
  atMs: Millis,
): { readonly reach: Reach; readonly quotes: QuoteNeed } {
  switch (code) {
    // 1300: the gateway drops us and will be found at another port
    case 1100:
    case 1300:
    case 2110:
      return { reach: { ...reach, broker: 'lost' }, quotes: 'none' }
    case 1101:
      return { reach: { ...REACHABLE, restoredMs: atMs }, quotes: 'resubscribe' }
    case 1102:
      return { reach: { ...reach, broker: 'connected', restoredMs: atMs }, quotes: 'none' }
    case 2103:
      return { reach: { ...reach, brokenFarms: [...new Set([...reach.brokenFarms, farmOf(message)])] }, quotes: 'none' }
    // 2108: the farm idles and wakes by itself on the next subscription.
    case 2104:
    case 2108: {
      const brokenFarms = reach.brokenFarms.filter((farm) => farm !== farmOf(message) && farm !== '')
      return { reach: { ...reach, brokenFarms }, quotes: brokenFarms.length < reach.brokenFarms.length ? 'resubscribe' : 'none' }
    }
    // 2119 too: the farm is being connected, and 2104 follows
    default:
      return { reach, quotes: 'none' }
  }
}
