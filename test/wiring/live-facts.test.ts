import type { Config } from '../../src/config/load'
import { overseenOf } from '../../src/wiring/oversight'
import type { KalshiSession } from '../../src/wiring/venues'
import { KalshiReadError } from '../../src/venues/kalshi/rest/call'
import { ClockOffset } from '../../src/venues/kalshi/offset'

const NEVER = new AbortController().signal
const MISSING = 'mode live opens nothing while 1 of the facts it relies on are unproven: forecastex.fee'

/** Kalshi as far as it answers here: it refuses the key, so that nothing else is asked. */
const kalshi = {
  rest: {
    get: () =>
      Promise.reject(
        new KalshiReadError('/exchange/status', { kind: 'authentication', code: 'NOT_FOUND', detail: 'no such key' } as never),
      ),
  },
  signer: { offset: new ClockOffset(), localMs: () => 0 },
} as unknown as KalshiSession
const config = { mode: 'live', endpoints: { kalshi: { keyId: 'k' } }, venues: { kalshi: { series: ['KXU3'] } } } as unknown as Config

const refusals = async (unproven: string | null): Promise<readonly string[]> => {
  const overseen = overseenOf(config, kalshi, { reread: () => undefined }, {} as never, {} as never, () => Promise.resolve(unproven))
  return (await overseen.inspect(NEVER)).refusals
}

describe('execution.md §10: what forbids openings', () => {
  it('is also a fact that live relies on and that nobody has proven', async () => {
    expect(await refusals(MISSING)).toEqual([expect.stringContaining('API key'), MISSING])
  })

  it('is nothing of the kind when all are proven, or the mode does not ask', async () => {
    expect(await refusals(null)).toEqual([expect.stringContaining('API key')])
  })
})
