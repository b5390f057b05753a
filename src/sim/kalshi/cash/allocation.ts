import { money } from '../../../core/units'
import { availableIn } from '../accounts'
import type { Floor } from '../floor'
import type { AllocationRow, Pocket } from '../rows'
import { addCash } from './pockets'

/** Spreading an account's free cash over the shards as it asked for (kalshi.md §5). */

/** The venue rebalances about this often. */
const REBALANCE_MS = 10_000
const HUNDRED = 100
/** Whole cents move. */
const CENT = 10_000

/** Rebalances every account that has a target, from now on; to be armed once, when there is a target. */
export function armRebalancing(floor: Floor): void {
  floor.clock.after(REBALANCE_MS, () => {
    floor.transact(() => {
      for (const allocation of floor.tables.all('allocation')) rebalance(floor, allocation)
    })
    armRebalancing(floor)
  })
}

/** Moves what is free; what resting orders reserve stays where it is. Percentages that are not whole cents stay on the first shard. */
export function rebalance(floor: Floor, allocation: AllocationRow): void {
  const pocket = (shard: number): Pocket => ({ accountId: allocation.accountId, subaccount: 0, shard })
  const free = allocation.shares.map(({ shard }) => Math.max(0, availableIn(floor, pocket(shard))))
  const total = free.reduce((sum, each) => sum + each, 0)
  const goals = allocation.shares.map(({ percent }) => money(Math.floor((total * percent) / HUNDRED / CENT) * CENT))
  const rest = total - goals.reduce((sum, each) => sum + each, 0)
  for (const [at, { shard }] of allocation.shares.entries()) {
    const change = (goals[at] ?? 0) + (at === 0 ? rest : 0) - (free[at] ?? 0)
    if (change !== 0) addCash(floor, pocket(shard), change)
  }
}
