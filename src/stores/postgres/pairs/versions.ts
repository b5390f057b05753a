import type { Operator } from '../../../core/risk/scope'
import type { Millis } from '../../../core/units'
import type { Transaction } from '../pool'
import { appendAudit } from '../proof/audit'
import type { CertificateRecord } from './registry'

/** What becomes of a pair; the audit's action is `pair <change>`. */
type PairChange = 'proposed' | 'imported' | 'approved' | 'suspended' | 'rejected' | 'ended'
/** All of a certificate but who wrote this version of it, and when. */
export type Content = Omit<CertificateRecord, 'version' | 'by' | 'atMs' | 'rules'>

/** Nothing judged and nothing approved: what a new pair starts from. */
export const UNJUDGED = {
  states: [],
  keys: { kalshi: null, forecastex: null },
  texts: { kalshi: null, forecastex: null },
  because: [],
  similarity: 0,
  evidence: '',
  approvedFor: 'none',
  approvedBy: null,
  secondBy: null,
  approvedMs: null,
  expiresMs: null,
} as const satisfies Partial<Content>

/** Appends a version and points the pair at it, audited: the only writer of both tables. The pair is locked by the caller. @returns the version */
export async function appendVersion(
  transaction: Transaction,
  before: CertificateRecord | null,
  change: PairChange,
  content: Content,
  by: Operator,
  atMs: Millis,
): Promise<number> {
  const version = (before?.version ?? 0) + 1
  const { id, base, kalshiMarket, forecastexMarket, state } = content
  if (before) await transaction.query('update pair set state = $2, version = $3 where id = $1', [id, state, version])
  else
    await transaction.query('insert into pair (id, base, kalshi_market, forecastex_market, state, version) values ($1,$2,$3,$4,$5,$6)', [
      ...[id, base, kalshiMarket, forecastexMarket, state, version],
    ])
  await insertCertificate(transaction, version, content, by, atMs)
  const { class: identity, polarity, states, keys, texts, evidence, approvedFor, secondBy, expiresMs, reason } = content
  const judged = { class: identity, polarity, states, keys, texts, evidence, approvedFor, secondBy, expiresMs }
  await appendAudit(
    transaction,
    by,
    `pair ${change}`,
    { id, base, version, state, reason, kalshiMarket, forecastexMarket, ...judged },
    atMs,
  )
  return version
}

async function insertCertificate(transaction: Transaction, version: number, content: Content, by: Operator, atMs: Millis): Promise<void> {
  const { id, state, question, class: identity, polarity, states, keys, texts, because, similarity, evidence, reason } = content
  const { proposedBy, proposedMs, approvedFor, approvedBy, secondBy, approvedMs, expiresMs } = content
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))
  await transaction.query(
    `insert into certificate (pair, version, state, question, class, polarity, states, kalshi_key, forecastex_key, kalshi_rules, forecastex_rules, because, similarity,
       evidence, proposed_by, proposed_ms, approved_for, approved_by, second_by, approved_ms, expires_ms, reason, by_name, role, at_ms)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25)`,
    [
      ...[id, version, state, question, identity, polarity, json(states), json(keys.kalshi), json(keys.forecastex)],
      ...[texts.kalshi, texts.forecastex, json(because), similarity, evidence, proposedBy, proposedMs, approvedFor, approvedBy, secondBy],
      ...[approvedMs, expiresMs, reason, by.name, by.role, atMs],
    ],
  )
}
