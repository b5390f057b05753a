import { unknownFindings, type Findings } from '../../core/report/document'
import { compare, type ShadowGroup } from '../../core/report/shadows/compare'
import { shadowFindings } from '../../core/report/shadows/findings'
import type { Span } from '../../core/report/span'
import type { Millis } from '../../core/units'
import { readSent } from '../../stores/postgres/reports/sent'
import { inSnapshot } from '../../stores/postgres/reports/snapshot'
import type { Sources } from './reports'

/** Orders and their twins on paper. A trade of the span may have sent orders, sales of what it held, until now. @throws LedgerUnreachable */
export async function paperLiveOf(
  { database, record, assumed }: Pick<Sources, 'database' | 'record' | 'assumed'>,
  span: Span,
  nowMs: Millis,
  by: ShadowGroup,
): Promise<Findings> {
  const shadows = await record.shadows({ fromMs: span.fromMs, toMs: nowMs })
  if ('unknown' in shadows) return unknownFindings(`What orders came to on paper is not known: ${shadows.unknown}.`)
  const named = shadows.known.map(({ clientOrderId }) => clientOrderId)
  const orders = await inSnapshot(database, (snapshot) => readSent(snapshot, span, named))
  return shadowFindings({ ...compare(orders, shadows.known, span), by, assumed })
}
