import { mintTradeId, type Venue } from '../../core/ids'
import { Refused } from '../../core/refused'
import { loneOrderRefusal } from '../../core/risk/limit-change'
import type { Operator } from '../../core/risk/scope'
import { adoptedPlan, costOf, heldBy, type AdoptingPair } from '../../core/trade/adoption'
import type { Fill } from '../../core/trade/order'
import type { Mode } from '../../core/trade/plan'
import type { Millis, Money, Price } from '../../core/units'
import { adoptBreak, type Adopting, type Adoption } from '../../stores/postgres/adoption/adopt'
import type { AccountBreak } from '../../stores/postgres/breaks/breaks'
import { activePairs } from '../../stores/postgres/pairs/registry'
import type { Database } from '../../stores/postgres/pool'

/** One transaction of a dozen statements. */
const ADOPT_LIMIT_MS = 5_000

export interface AdoptionRequest {
  readonly breakId: number
  /** What a contract cost; null: as the break's cash says. */
  readonly price: Price | null
  readonly reason: string
  readonly by: Operator
  /** The second person; needed in mode `live`. */
  readonly secondBy: string | null
}
export interface AdoptionPlace {
  readonly mode: Mode
  /** By venue. */
  readonly accounts: Readonly<Record<Venue, string>>
  /** Version of the configuration. */
  readonly config: string
  readonly nowMs: Millis
  readonly random32: number
}

/**
 * Makes contracts that no trade explains the lots of a trade of their own: ledger and venue agree afterwards, and `settle` owns them. Nothing is sent.
 * @throws RangeError or Refused with one sentence; nothing was changed then.
 */
export async function adopt(database: Database, request: AdoptionRequest, place: AdoptionPlace): Promise<Adoption> {
  const { breakId, reason, by, secondBy } = request
  const refusal = loneOrderRefusal(by, secondBy, place.mode)
  if (refusal !== null) throw new Refused(refusal)
  if (reason.trim() === '') throw new RangeError('--reason is empty: say whose contracts they were')
  const pairs = await activePairs(database)
  const decide = (broken: AccountBreak, paid: Money): Adopting => adopting(broken, paid, pairs, request, place)
  return adoptBreak(database, breakId, decide, { by, secondBy, reason }, place.nowMs, AbortSignal.timeout(ADOPT_LIMIT_MS))
}

function adopting(
  broken: AccountBreak,
  paid: Money,
  pairs: readonly AdoptingPairs[],
  request: AdoptionRequest,
  place: AdoptionPlace,
): Adopting {
  const { id, venue, kind, market, contracts, purse, subject } = broken
  if (market === null || contracts === 0)
    throw new Refused(`break ${id} (${kind}) has no contracts to adopt: crossbook breaks resolve ${id} --as suspense books cash`)
  const pair = pairs.find((each) => (venue === 'kalshi' ? each.kalshiMarket : each.forecastexMarket) === market)
  if (!pair)
    throw new Refused(`${market} at ${venue} is of no active pair, so no trade can hold it: resolve the break with a reason instead`)
  const held = heldBy(contracts)
  const cost = costOf(held.quantity, paid, request.price)
  const found = { venue, market, ...held, ...cost, purse: purse ?? venue }
  const { mode, nowMs, config, random32, accounts } = place
  const plan = adoptedPlan({
    ...{ found, pair, breakId: id, by: request.by.name, mode, nowMs, tradeId: mintTradeId(nowMs, random32) },
    rules: { certificate: `${pair.id}@${pair.version}`, limits: 'adopted', config },
  })
  return { found, plan, fill: executionOf(id, kind, subject, accounts[venue]) }
}
type AdoptingPairs = AdoptingPair & { readonly version: number }

/** As the venue names it, where it has told one execution: the next look knows it then. */
function executionOf(id: number, kind: AccountBreak['kind'], subject: string, account: string): Adopting['fill'] {
  const [, toldAccount, order, execution] = subject.split('|')
  if (kind === 'unknown-fill' && toldAccount && order && execution)
    return { account: toldAccount, venueOrderId: order, executionId: execution }
  const named: Pick<Fill, 'executionId'> = { executionId: kind === 'strange-execution' ? subject : 'adopted' }
  return { account, venueOrderId: `break-${id}`, ...named }
}
