import { ActivityFailure, isCancellation, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { IngestActivities, IngestedContracts, IngestedMarkets, IngestedProduct, ProposedPairs } from '../messages'

/** A catalogue of a few hundred markets is read in seconds; the next scheduled run is the retry beyond this. */
const { ingestListings } = proxyActivities<IngestActivities>({
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 3 },
  summary: 'records, price grids, series fees, rules',
})
/** Read from the configuration. */
const { listProducts } = proxyActivities<IngestActivities>({
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 3 },
  summary: 'the products to look at',
})
/** Everything on record is compared, some thousands of markets at most; each pair found is a transaction of a few rows. */
const { proposePairs } = proxyActivities<IngestActivities>({
  startToCloseTimeout: '2m',
  retry: { maximumAttempts: 3 },
  summary: 'pairs that both venues suggest',
})
/** Each of a product's dates is a request of its own; two that are never answered take 10 s each, and so do the looks around them. */
const PRODUCT_LIMIT = '3m'
const ingestProduct = (symbol: string): Promise<IngestedProduct> =>
  proxyActivities<IngestActivities>({
    startToCloseTimeout: PRODUCT_LIMIT,
    retry: { maximumAttempts: 3 },
    summary: `questions of ${symbol}`,
  }).ingestProduct(symbol)

/** Started by a Schedule: what Kalshi lists and asks, on which grid, at which fees; then the pairs that this suggests. */
export async function ingestMarkets(): Promise<IngestedMarkets> {
  const listings = await ingestListings()
  const stored = Object.entries(listings).map(([venue, count]) => `- ${venue}: ${count} listings`)
  setCurrentDetails(stored.join('\n'))
  const pairs = await proposePairs()
  setCurrentDetails([...stored, pairsOf(pairs)].join('\n'))
  return { listings, pairs }
}

/** Started by a Schedule: what ForecastEx lists, product by product; one that cannot be read keeps no other out. Then the pairs that this suggests. */
export async function ingestContracts(): Promise<IngestedContracts> {
  const products: IngestedProduct[] = []
  for (const symbol of await listProducts()) {
    products.push(await ingestProduct(symbol).catch((error: unknown) => unread(symbol, error)))
    setCurrentDetails(products.map(detailsOf).join('\n'))
  }
  const pairs = await proposePairs()
  setCurrentDetails([...products.map(detailsOf), pairsOf(pairs)].join('\n'))
  return { products, pairs }
}

function unread(symbol: string, error: unknown): IngestedProduct {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error
  return { symbol, questions: 0, added: 0, delisted: 0, changes: [], problems: [`not read: ${error.cause?.message ?? error.message}`] }
}

const pairsOf = ({ added, changed, unchanged, suspended, notRead, markets: { kalshi, forecastex } }: ProposedPairs): string =>
  [
    `- pairs: ${added} proposed, ${changed} proposed anew, ${unchanged} as before, ${suspended.length} suspended`,
    ...suspended.map((each) => `  - suspended: ${each}`),
    `  - of ${kalshi + forecastex} open markets ${notRead} were not understood`,
  ].join('\n')

const detailsOf = ({ symbol, questions, added, delisted, changes, problems }: IngestedProduct): string =>
  [
    `- ${symbol}: ${questions} questions, ${added} new, ${delisted} gone`,
    ...changes.map((change) => `  - changed: ${change}`),
    ...problems.map((problem) => `  - ${problem}`),
  ].join('\n')
