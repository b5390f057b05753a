import { marketId } from '../../../../src/core/ids'
import type { FeedEvent } from '../../../../src/core/market/event'
import { BookDirectory } from '../../../../src/core/market/reference'
import { createKalshiFeed } from '../../../../src/venues/kalshi/feed'
import { clock, recordingFrames, recordingLog, testSigner, until } from '../fakes'
import { SocketVenue } from './sockets'

const [A, B, STRANGER] = [marketId('A'), marketId('B'), marketId('STRANGER')]

it('books that are not believed are unknown from the command to their new snapshot; the others and the subscriptions stay', async () => {
  const venue = new SocketVenue()
  const directory = new BookDirectory()
  const events: FeedEvent[] = []
  const ended = new AbortController()
  const wsUrl = await venue.open()
  const parts = { wsUrl, signer: testSigner(), directory, frameLog: recordingFrames(), clock, log: recordingLog(), random: () => 0 }
  const feed = createKalshiFeed({ ...parts, marketsPerConnection: 1 })
  feed.watch([A, B])
  const running = feed.run((event) => void events.push(event), ended.signal)
  try {
    await until(() => feed.state().missing === 0, 'the first snapshots')
    const [before, corrected] = [events.length, feed.state().corrected]
    feed.reread([A, STRANGER])
    expect(feed.state().missing).toBe(1)
    await until(() => feed.state().missing === 0, 'the new snapshot')
    const index = directory.indexOf('kalshi', A, 'yes')
    const told = events.slice(before).filter(({ kind }) => kind === 'forget' || kind === 'book')
    expect(told).toMatchObject([
      { kind: 'forget', books: [index], cause: 'audit' },
      { kind: 'book', change: { book: index, op: 'replace' } },
    ])
    const actions = venue.clients.flatMap(({ commands }) => commands.flatMap(({ params }) => params?.action ?? []))
    expect(actions).toEqual(['get_snapshot'])
    expect(feed.state().corrected).toBe(corrected)
  } finally {
    ended.abort()
    await running
    await venue.close()
  }
})
