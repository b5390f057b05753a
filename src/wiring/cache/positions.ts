import type { Config } from '../../config/load'
import { money, NO_MONEY, NO_QUANTITY, quantity } from '../../core/units'
import type { Held, HeldPosition } from '../../ports/cache'
import { unlessAborted } from '../../ports/limit'
import type { Log } from '../../ports/log'
import { openLots, type OpenLot } from '../../stores/postgres/proof/verify'
import type { Database } from '../../stores/postgres/pool'
import { copyPositions } from '../../stores/redis/positions'
import { systemClock } from '../clock'

/** Until aborted: the ledger's open lots in the cache, for whoever wants to see them without asking the ledger. */
export async function keepPositions(
  { redisUrl }: Pick<Config['endpoints'], 'redisUrl'>,
  database: Database,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  if (redisUrl === null) return
  const read = async (limit: AbortSignal): Promise<readonly HeldPosition[]> => heldOf(await unlessAborted(openLots(database), limit))
  await copyPositions({ url: redisUrl, read, clock: systemClock(), log }, signal)
}

/** All lots of a market together, whoever opened them (B14: a second entry takes no place of the first). */
export function heldOf(lots: readonly OpenLot[]): readonly HeldPosition[] {
  const byMarket = new Map<string, OpenLot[]>()
  for (const lot of lots) {
    const key = `${lot.venue} ${lot.market}`
    const held = byMarket.get(key)
    if (held) held.push(lot)
    else byMarket.set(key, [lot])
  }
  return [...byMarket.values()].flatMap((held) => {
    const [first] = held
    if (first === undefined) return []
    const trades = new Set(held.map(({ tradeId }) => tradeId)).size
    return [{ venue: first.venue, market: first.market, yes: sumOf(held, 'yes'), no: sumOf(held, 'no'), trades }]
  })
}

const NOTHING: Held = { quantity: NO_QUANTITY, cost: NO_MONEY }
function sumOf(lots: readonly OpenLot[], outcome: OpenLot['outcome']): Held {
  const ofOutcome = lots.filter((lot) => lot.outcome === outcome)
  return ofOutcome.reduce<Held>(
    (sum, { quantity: held, costMicros }) => ({ quantity: quantity(sum.quantity + held), cost: money(sum.cost + costMicros) }),
    NOTHING,
  )
}
