import { move } from '../../../operator/pairs/move'
import { systemClock } from '../../../wiring/clock'
import { print, printJson } from '../../render'
import { withConnections } from '../session'

/** @throws RangeError for a shard that does not run; PairRefused when a trade of the pair runs, or could begin. */
export async function movePair(id: string, shard: string, json: boolean): Promise<void> {
  await withConnections(async ({ database, config }) => {
    const known = config.shards.map(({ name }) => name)
    const moved = await move(database, id, shard, known, config.operator, systemClock().nowMs())
    if (json) printJson(moved)
    else print(`pair ${id} is traded by shard ${shard} from now on${moved.before === null ? '' : `, before by ${moved.before}`}`)
  })
}
