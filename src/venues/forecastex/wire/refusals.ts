/** Why a contract has no quotes, or only the top of them. */
export type Withheld =
  /** Subscribed, and nothing was answered yet. */
  | { readonly kind: 'unanswered' }
  /** 10197: another session of the same user has the quotes. */
  | { readonly kind: 'competing' }
  /** MarketDataType 2 (frozen), 3 (delayed) or 4 (both): never traded (trap 8). */
  | { readonly kind: 'not-live'; readonly type: number }
  | { readonly kind: 'refused'; readonly code: number; readonly message: string }
  /** A quote that could not be read: what stands now is not known. */
  | { readonly kind: 'unreadable' }

/** The venue has no such subscription after these: cancelling it would only bring error 300. */
export const NEVER_BEGAN: ReadonlySet<number> = new Set([101, 102, 200])
/** Refusals that end by themselves: a line was taken (a predecessor's, for one), a number was not known. */
export const PASSING: ReadonlySet<number> = new Set([101, 102, 300])
/** Depth: empty what is held, the rows follow again. */
export const DEPTH_RESET = 317
/** Depth: stopped, to be asked for again. */
export const DEPTH_HALTED = 316
/** Depth: too many at once; the others stand. */
export const DEPTH_REQUESTS_MAX = 309
/** Codes from here to the second one are warnings: nothing ends with them. */
const FIRST_WARNING = 2_100
const LAST_WARNING = 2_199
export const isWarning = (code: number): boolean => code === 399 || (code >= FIRST_WARNING && code <= LAST_WARNING)

const SUBSCRIBE =
  'subscribe the account to market data of ForecastEx in Client Portal (Settings, Market Data), sign the API acknowledgement there, and let a paper account share the live one’s data'
/** ibkr-forecastex §8, and 101, 300 and the codes of depth from the TWS message list. What to do about each. */
const REMEDIES: ReadonlyMap<number, string> = new Map([
  [101, 'the account has no market data line left: close watchlists of the same user, or lower forecastex.market_data_lines'],
  [102, 'the gateway still knows a request of this number: it is asked for again under another one'],
  [200, 'IBKR knows no such contract: it has expired, or the pair names a wrong conId'],
  [300, 'the gateway does not know this subscription any more: it is asked for again'],
  [309, 'three depth requests at once are all this account may have: the other books have their tops only'],
  [354, SUBSCRIBE],
  [10089, SUBSCRIBE],
  [10090, SUBSCRIBE],
  [10092, 'IBKR offers no depth for this contract: write forecastex.depth: off'],
  [10167, SUBSCRIBE],
  [10168, SUBSCRIBE],
  [10186, SUBSCRIBE],
])
const TYPES: Readonly<Record<number, string>> = { 2: 'frozen', 3: 'delayed', 4: 'delayed and frozen' }

/** One sentence with what to do. */
export function sentenceOf(withheld: Withheld): string {
  switch (withheld.kind) {
    case 'unanswered':
      return 'no answer to the subscription yet'
    case 'competing':
      return 'another session of this user has the live quotes (10197): log out of the other TWS, gateway or mobile app, or give it a user of its own'
    case 'not-live':
      return `the quotes are ${TYPES[withheld.type] ?? `of type ${withheld.type}`}, not live: ${SUBSCRIBE}`
    case 'refused':
      return `no quotes (${withheld.code}: ${withheld.message}): ${REMEDIES.get(withheld.code) ?? 'look the code up in the message list of the TWS API'}`
    case 'unreadable':
      return 'a quote could not be read (see the log); it is asked for again later'
    default:
      return withheld satisfies never
  }
}
