import { marketId } from '../../../../src/core/ids'
import { millis, money, price, quantity } from '../../../../src/core/units'
import type { SignalRow } from '../../../../src/ports/record'

/** Ten NO of Buffalo at 47c, of which the books think YES worth 55.1c. */
export const SIGNAL: SignalRow = {
  ...{ kind: 'signal', id: 'sig', ticker: marketId('KXNFLGAME-26NOV22LACBUF-BUF'), event: 'KXNFLGAME-26NOV22LACBUF', oddsEvent: 'e1' },
  ...{ sport: 'americanfootball_nfl', yesTeam: 'Buffalo Bills', tiePays: null, startMs: millis(Date.UTC(2026, 10, 22, 18)) },
  ...{ side: 'no', mode: 'sim', profile: 'STANDARD', method: 'odds-ratio', probability: 551_000, lower: 546_000, upper: 556_000 },
  ...{ ask: price('0.47'), limit: price('0.48'), edge: money('0.02'), quantity: quantity('10'), cost: money('4.8766') },
  ...{ netEdge: money('0.20'), expectedValue: money('0.25'), score: 71, tier: 'HIGH', tradeId: null, gate: null },
  atMs: millis(Date.UTC(2026, 10, 22)),
}
