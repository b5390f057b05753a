import { ActivityFailure, isCancellation, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { IngestActivities, IngestedProduct } from '../messages'

/** A catalogue of a few hundred markets is read in seconds; the next scheduled run is the retry beyond this. */
const { ingestListings } = proxyActivities<IngestActivities>({
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 3 },
  summary: 'records, price grids, series fees',
})
/** Read from the configuration. */
const { listProducts } = proxyActivities<IngestActivities>({
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 3 },
  summary: 'the products to look at',
})
/** Each of a product's dates is a request of its own; two that are never answered take 10 s each, and so do the looks around them. */
const PRODUCT_LIMIT = '3m'
const ingestProduct = (symbol: string): Promise<IngestedProduct> =>
  proxyActivities<IngestActivities>({
    startToCloseTimeout: PRODUCT_LIMIT,
    retry: { maximumAttempts: 3 },
    summary: `questions of ${symbol}`,
  }).ingestProduct(symbol)

/** Started by a Schedule: what Kalshi lists, on which grid, at which fees. */
export async function ingestMarkets(): Promise<Readonly<Record<string, number>>> {
  const stored = await ingestListings()
  setCurrentDetails(
    Object.entries(stored)
      .map(([venue, count]) => `- ${venue}: ${count} listings`)
      .join('\n'),
  )
  return stored
}

/** Started by a Schedule: what ForecastEx lists, product by product; one that cannot be read keeps no other out. */
export async function ingestContracts(): Promise<readonly IngestedProduct[]> {
  const read: IngestedProduct[] = []
  for (const symbol of await listProducts()) {
    read.push(await ingestProduct(symbol).catch((error: unknown) => unread(symbol, error)))
    setCurrentDetails(read.map(detailsOf).join('\n'))
  }
  return read
}

function unread(symbol: string, error: unknown): IngestedProduct {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error
  return { symbol, questions: 0, added: 0, delisted: 0, changes: [], problems: [`not read: ${error.cause?.message ?? error.message}`] }
}

const detailsOf = ({ symbol, questions, added, delisted, changes, problems }: IngestedProduct): string =>
  [
    `- ${symbol}: ${questions} questions, ${added} new, ${delisted} gone`,
    ...changes.map((change) => `  - changed: ${change}`),
    ...problems.map((problem) => `  - ${problem}`),
  ].join('\n')
