/** Writes captures and journal marks until it is killed, telling each acknowledged mark on stdout. */
import { orderId, tradeId } from '../../../src/core/ids'
import { createCaptureWriter } from '../../../src/stores/files/capture-writer'
import { openJournal } from '../../../src/stores/files/journal'
import { systemClock } from '../clock'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

async function main(dir: string): Promise<void> {
  const capture = createCaptureWriter({ dir, process: 'crash', clock: systemClock, log: silent })
  const journal = await openJournal({ dir, log: silent })
  setInterval(() => {
    for (let i = 0; i < 50; i += 1)
      capture.stamp({ venue: 'kalshi', conn: 1, dir: 'in', payload: Buffer.from(`{"seq":${i},"noise":${Math.random()}}`) })
  }, 5)
  for (let n = 1; n < 10_000; n += 1) {
    const clientOrderId = orderId(tradeId('crash'), 'a', n)
    await journal.append({ clientOrderId, atMs: systemClock.nowMs(), mark: 'numbered', venueOrderId: 'x'.repeat(500) })
    process.stdout.write(`${n}\n`)
  }
}

void main(process.argv[2] ?? '')
