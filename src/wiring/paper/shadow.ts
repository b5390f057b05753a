import type { Config } from '../../config/load'
import { isOnPaper } from '../../core/trade/paper'
import type { TradeJournal } from '../../ports/journal'
import type { Log } from '../../ports/log'
import { displayedIn, findBook } from '../../venues/paper/market'
import { Shadows, type Look } from '../../venues/paper/shadow'
import { systemClock } from '../clock'
import type { ShardStores } from '../shard/stores'
import { whileVouched, type PaperOrdersHooks } from './orders'

/** Twins of orders that leave. null: none leaves on paper, `paper.shadow` is false, or this stack keeps no record. */
export function openShadows(
  config: Config,
  { record }: Pick<ShardStores, 'record'>,
  hooks: Pick<PaperOrdersHooks, 'directory' | 'books' | 'fees' | 'access'>,
  journal: Pick<TradeJournal, 'open'>,
  log: Log,
): Shadows | null {
  const { mode } = config
  const { shadow, preset, model, seed } = config.venues.paper
  if (isOnPaper(mode) || !shadow || record === null) return null
  const clock = systemClock()
  const { directory, books, fees, access } = hooks
  const vouched = whileVouched(hooks, () => clock.nowMs())
  return new Shadows({
    ...{ mode, preset, model, seed, fees, access, record, clock, log },
    look(order): Look | null {
      const found = findBook(vouched, directory, order)
      const confirmedMs = found && books.bookConfirmedAtMs(found.index)
      return found && confirmedMs !== null ? { levels: displayedIn(found.book, order), ageMs: clock.nowMs() - confirmedMs } : null
    },
    strategyOf: (trade) => journal.open().find(({ tradeId }) => tradeId === trade)?.plan.strategy ?? null,
  })
}
