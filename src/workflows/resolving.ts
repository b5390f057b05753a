import { ActivityCancellationType, CancellationScope, isCancellation, patched, sleep, type ActivityOptions } from '@temporalio/workflow'
import type { OrderIntent } from '../core/trade/order'
import type { Done, Rejected, Resolved } from '../core/trade/outcome'
import type { Course } from './course'

/** Trades that began before this paged nobody while they resolved. To be taken out when none of them can be open any more. */
const PAGES = 'resolving-pages'

type Ask = (options: ActivityOptions, order: [OrderIntent]) => Promise<Done | Rejected>

/** Until the venue proves what became of an order or the operator says it, whichever is first (E12). Pages the longer it takes. */
export async function resolving(
  order: OrderIntent,
  course: Course,
  timeouts: { readonly patient: ActivityOptions; readonly pagedMs: number },
  ask: Ask,
): Promise<Resolved> {
  const { verdicts } = course
  const scope = new CancellationScope()
  verdicts.open(order)
  try {
    return await scope.run(() => {
      if (patched(PAGES)) page(course, timeouts.pagedMs)
      const options = {
        ...timeouts.patient,
        summary: `what became of ${order.clientOrderId}`,
        cancellationType: ActivityCancellationType.TRY_CANCEL,
      }
      return Promise.race([ask(options, [order]), verdicts.given().then((verdict) => ({ kind: 'verdict', verdict }) as const)])
    })
  } finally {
    verdicts.close()
    scope.cancel()
  }
}

function page(course: Course, pagedMs: number): void {
  const paging = async (): Promise<never> => {
    for (let ageMs = pagedMs; ; ageMs *= 2) {
      await sleep(ageMs, { summary: 'paged if it is still unknown' })
      course.pageIfOld(pagedMs)
    }
  }
  paging().catch((error: unknown) => {
    if (!isCancellation(error)) throw error
  })
}
