import type { Transfer } from '../../core/ledger/postings'
import type { Transaction } from './pool'

/** Posts a transfer, once. @returns false when it is posted already. @throws when it does not sum to zero or would overdraw an account. */
export async function post(transaction: Transaction, transfer: Transfer): Promise<boolean> {
  const posted = await transaction.query<{ posted: boolean }>('select ledger_post($1,$2,$3,$4,$5,$6,$7) as posted', [
    transfer.id,
    transfer.kind,
    transfer.tradeId,
    transfer.atMs,
    '{}',
    transfer.legs.map(({ account }) => account),
    transfer.legs.map(({ amount }) => amount),
  ])
  return posted.rows[0]?.posted ?? false
}
