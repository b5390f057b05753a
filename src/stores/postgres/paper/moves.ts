import type { Millis, Money } from '../../../core/units'
import type { Transaction } from '../pool'

/** Cash that moves in a purse of the paper account. */
export interface Move {
  readonly id: string
  readonly purse: string
  readonly kind: 'opening' | 'fill' | 'netting' | 'payout'
  readonly amount: Money
  readonly atMs: Millis
}

/** The row and the balance together. @throws Error when the purse would be overdrawn: the caller has looked under its lock. */
export async function move(transaction: Transaction, { id, purse, kind, amount, atMs }: Move): Promise<void> {
  await transaction.query('insert into paper_move (id, purse, kind, amount_micros, at_ms) values ($1, $2, $3, $4, $5)', [
    ...[id, purse, kind, amount, atMs],
  ])
  await transaction.query('update paper_purse set cash_micros = cash_micros + $2 where purse = $1', [purse, amount])
}
