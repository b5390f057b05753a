import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { IngestActivities } from '../messages'

/** A catalogue of a few hundred markets is read in seconds; the next scheduled run is the retry beyond this. */
const { ingestListings } = proxyActivities<IngestActivities>({
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 3 },
  summary: 'records, price grids, series fees',
})

/** Started by a Schedule: what the venues list, on which grid, at which fees. */
export async function ingestMarkets(): Promise<Readonly<Record<string, number>>> {
  const stored = await ingestListings()
  setCurrentDetails(
    Object.entries(stored)
      .map(([venue, count]) => `- ${venue}: ${count} listings`)
      .join('\n'),
  )
  return stored
}
