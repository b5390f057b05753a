import { Context } from '@temporalio/activity'
import { FAILURES } from '../core/failures'
import type { Catalog, Discovery, Listing, ProductCatalog } from '../ports/catalog'
import type { Log } from '../ports/log'
import type { IngestActivities } from '../workflows/messages'

export interface IngestDependencies {
  readonly catalogs: readonly { readonly catalog: Catalog; readonly series: readonly string[] }[]
  readonly products: { readonly catalog: ProductCatalog; readonly symbols: readonly string[] }
  readonly save: (listings: readonly Listing[]) => Promise<void>
  /** Keeps what was found of a product. @returns what is different from what was kept. */
  readonly saveProduct: (found: Discovery, signal: AbortSignal) => Promise<StoredProduct>
  readonly log: Log
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

export function createIngestActivities({ catalogs, products, save, saveProduct, log }: IngestDependencies): IngestActivities {
  return {
    async ingestListings() {
      const signal = Context.current().cancellationSignal
      const stored: Record<string, number> = {}
      for (const { catalog, series } of catalogs) {
        for (const name of series) {
          const listings = await catalog.listings(name, signal)
          await save(listings)
          stored[catalog.venue] = (stored[catalog.venue] ?? 0) + listings.length
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
  }
}
