import type { Tables } from '../tables'
import { CommandError } from './errors'

/** What the parameters of a command say, checked; a wrong type is error 11. */

export type Fields = Readonly<Record<string, unknown>>

/** Markets that a command names, by ticker or (on the ticker channel) by id. */
export interface Selection {
  readonly tickers: readonly string[]
  readonly isById: boolean
}

/** @throws CommandError 11. */
export function flag(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false
  if (typeof value !== 'boolean') throw new CommandError(11)
  return value
}

/** One name, or a list of names, not both; null when neither is there. @throws CommandError 11. */
export function names(fields: Fields, single: string | null, plural: string): readonly string[] | null {
  const one = single === null ? undefined : fields[single]
  const many = fields[plural]
  if (one !== undefined && many !== undefined) throw new CommandError(11)
  const list: unknown = one === undefined ? (many ?? []) : [one]
  if (!Array.isArray(list) || !list.every((each): each is string => typeof each === 'string' && each !== '')) throw new CommandError(11)
  return list.length === 0 ? null : list
}

/** The markets that a command names; null when it names none. @throws CommandError 11 when a market is unknown, named with it. */
export function selectMarkets(tables: Tables, fields: Fields): Selection | null {
  const tickers = names(fields, 'market_ticker', 'market_tickers')
  const ids = names(fields, 'market_id', 'market_ids')
  if (tickers !== null && ids !== null) throw new CommandError(11)
  if (ids !== null) return { tickers: tickersOfIds(tables, ids), isById: true }
  if (tickers === null) return null
  const unknown = tickers.find((ticker) => !tables.get('market', ticker))
  if (unknown !== undefined) throw new CommandError(11, { market_ticker: unknown })
  return { tickers, isById: false }
}

function tickersOfIds(tables: Tables, ids: readonly string[]): readonly string[] {
  const byId = new Map([...tables.all('market')].map((market) => [market.marketId, market.ticker]))
  return ids.map((id) => {
    const ticker = byId.get(id)
    if (ticker === undefined) throw new CommandError(11, { market_id: id })
    return ticker
  })
}

/** The venue's limit on the shards of one channel. */
const SHARDS_MAX = 100

/** A share of the communications channel. @throws CommandError 11, 19, 20, 21 or 22. */
export function checkShards(fields: Fields): void {
  const factor = fields['shard_factor']
  const key = fields['shard_key']
  if (factor === undefined) {
    if (key !== undefined) throw new CommandError(20)
    return
  }
  if (!Number.isInteger(factor) || (key !== undefined && !Number.isInteger(key))) throw new CommandError(11)
  if (Number(factor) <= 0) throw new CommandError(19)
  if (Number(factor) > SHARDS_MAX) throw new CommandError(22)
  if (Number(key ?? 0) < 0 || Number(key ?? 0) >= Number(factor)) throw new CommandError(21)
}
