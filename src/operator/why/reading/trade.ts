import { tradeId as asTradeId } from '../../../core/ids'
import type { Database } from '../../../stores/postgres/pool'
import type { TradeRecord } from '../record'
import { readTradeCapture, type Window } from './capture'
import { readTradeHistory } from './history'
import { readTradeJournal } from './journal'
import { readTradeLedger } from './ledger'

/** A trade of which only its id is known took less than this. */
const LONGEST_MS = 60_000
/** The first characters of an id are its time (E1). */
const TIME_DIGITS = 9
const BASE = 36

export interface TradePlaces {
  readonly dataDir: string
  /** null: nothing runs here. */
  readonly database: Database | null
  readonly questdbUrl: string | null
}

/** Everything that is on record of a trade, read. @throws RangeError when it is not a trade id at all */
export async function readTradeRecord(
  id: string,
  { dataDir, database, questdbUrl }: TradePlaces,
  signal: AbortSignal,
): Promise<TradeRecord> {
  const tradeId = asTradeId(id) // before it stands in a question or a path
  const [ledger, history] = await Promise.all([readTradeLedger(database, tradeId), readTradeHistory(questdbUrl, tradeId, signal)])
  const mintedMs = Number.parseInt(tradeId.slice(0, TIME_DIGITS), BASE)
  const window: Window =
    ledger.kind === 'read'
      ? { fromMs: ledger.found.plan.opportunity.seenAtMs, toMs: ledger.found.endedMs ?? Date.now() }
      : { fromMs: mintedMs, toMs: mintedMs + LONGEST_MS }
  const [capture, journal] = await Promise.all([
    readTradeCapture(dataDir, tradeId, window, signal),
    readTradeJournal(dataDir, tradeId, window),
  ])
  return { tradeId, ledger, journal, capture, history }
}
