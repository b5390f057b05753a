import { Context } from '@temporalio/activity'
import { FAILURES } from '../core/failures'
import type { MarketId, Venue } from '../core/ids'
import { UnknownSeries, type Asked, type Discovery, type Listing, type ProductCatalog, type QuestionCatalog } from '../ports/catalog'
import type { Log } from '../ports/log'
import type { IngestActivities, ProposedPairs } from '../workflows/messages'

export interface IngestDependencies {
  readonly catalogs: readonly { readonly catalog: QuestionCatalog; readonly series: readonly string[] }[]
  readonly products: { readonly catalog: ProductCatalog; readonly symbols: readonly string[] }
  readonly save: (listings: readonly Listing[]) => Promise<void>
  /** Keeps what was found of a product. @returns what is different from what was kept. */
  readonly saveProduct: (found: Discovery, signal: AbortSignal) => Promise<StoredProduct>
  /** Keeps what the markets ask, in the venues' words and as it was understood. @returns markets that are worded anew. */
  readonly keep: (asked: readonly Asked[], signal: AbortSignal) => Promise<readonly WordedAnew[]>
  /** Proposes pairs of all that is kept. */
  readonly propose: (signal: AbortSignal) => Promise<Proposals>
  /** Told every market that was read, for the record; must not wait. */
  readonly onAsked?: (asked: readonly Asked[]) => void
  readonly log: Log
}
export interface WordedAnew {
  readonly venue: Venue
  readonly market: MarketId
  /** Fingerprints. */
  readonly before: string
  readonly after: string
}
/** What proposing has found; `suspended`: the pair was in trade, and is no more. */
export interface Proposals {
  readonly markets: ProposedPairs['markets']
  readonly notRead: readonly unknown[]
  readonly proposals: readonly {
    readonly id: string
    readonly kind: 'added' | 'changed' | 'unchanged' | 'suspended' | 'ended'
    readonly why: string
  }[]
}
/** What storing a product has changed. */
export interface StoredProduct {
  readonly added: readonly string[]
  readonly delisted: readonly string[]
  readonly relisted: readonly string[]
  readonly changes: readonly {
    readonly market: string
    readonly name: string
    readonly field: string
    readonly before: string
    readonly after: string
  }[]
}

export function createIngestActivities(dependencies: IngestDependencies): IngestActivities {
  const { catalogs, products, save, saveProduct, propose, onAsked, log } = dependencies
  const keep = async (asked: readonly Asked[], signal: AbortSignal): Promise<void> => {
    for (const { venue, market, before, after } of await dependencies.keep(asked, signal))
      log.warn({ venue, market, before, after }, 'a market is worded anew')
  }
  /** null: the venue lists no such series, which is told; it keeps no other out. */
  const askedOf = async (catalog: QuestionCatalog, name: string, signal: AbortSignal): Promise<readonly Asked[] | null> => {
    try {
      return await catalog.asked(name, signal)
    } catch (error) {
      if (!(error instanceof UnknownSeries)) throw error
      log.error({ venue: error.venue, series: name }, `${FAILURES.seriesUnknown}: ${error.message}`)
      return null
    }
  }
  return {
    async ingestListings() {
      const signal = Context.current().cancellationSignal
      const stored: Record<string, number> = {}
      for (const { catalog, series } of catalogs) {
        for (const name of series) {
          const asked = await askedOf(catalog, name, signal)
          if (asked === null) continue
          await save(asked.map(({ listing }) => listing))
          await keep(asked, signal)
          onAsked?.(asked)
          stored[catalog.venue] = (stored[catalog.venue] ?? 0) + asked.length
        }
      }
      return stored
    },
    listProducts: () => Promise.resolve(products.symbols),
    async ingestProduct(symbol) {
      const signal = Context.current().cancellationSignal
      const found = await products.catalog.product(symbol, signal)
      const questions = found.kind === 'read' ? found.questions : []
      await save(questions.map(({ listing }) => listing))
      await keep(questions, signal)
      const { added, delisted, relisted, changes } = await saveProduct(found, signal)
      const problems = found.kind === 'read' ? found.problems : [found.reason]
      for (const problem of problems) log.warn({ venue: 'forecastex', symbol }, problem)
      const told = changes.map(({ market, name, field, before, after }) => `${name} (${market}): ${field} was ${before}, is ${after}`)
      for (const change of told) log.warn({ venue: 'forecastex', symbol }, `${FAILURES.questionChanged}: ${change}`)
      const back = relisted.map((market) => `${market}: listed again`)
      return {
        symbol,
        questions: questions.length,
        added: added.length,
        delisted: delisted.length,
        changes: [...told, ...back],
        problems,
      }
    },
    async proposePairs() {
      const { markets, notRead, proposals } = await propose(Context.current().cancellationSignal)
      const count = (wanted: string): number => proposals.filter(({ kind }) => kind === wanted).length
      const suspended = proposals.filter(({ kind }) => kind === 'suspended')
      for (const { id, why } of suspended) log.error({ pair: id }, `${FAILURES.rulesChanged}: ${why}`)
      return {
        markets,
        notRead: notRead.length,
        added: count('added'),
        changed: count('changed'),
        unchanged: count('unchanged'),
        suspended: suspended.map(({ id, why }) => `${id}: ${why}`),
      }
    },
  }
}
