import type { CureChoice, Plan, Reservation, SaleChoice, TradeResult } from '../core/trade/plan'
import type { OrderIntent } from '../core/trade/order'
import type { LegOutcome, OrderVerdict } from '../core/trade/outcome'
import { formatMoney, formatPrice, formatQuantity } from '../core/units'

/** What the Temporal UI shows of a trade, in the operator's words. Pure: text from values. */

const VENUE_NAMES = { kalshi: 'Kalshi', forecastex: 'ForecastEx' } as const

/** "buy 10.00 YES at 0.4200 · Kalshi KXU3-…": one line for an activity's summary. */
export const orderLine = ({ action, quantity, outcome, limit, venue, market, clientOrderId }: OrderIntent): string =>
  `${action} ${formatQuantity(quantity)} ${outcome.toUpperCase()} ${action === 'buy' ? '≤' : '≥'} ${formatPrice(limit)} · ${VENUE_NAMES[venue]} ${market} · ${clientOrderId}`

/** "u3-4.0.1: Kalshi YES 0.4000 + ForecastEx NO 0.5000, 10.00 contracts, edge $0.62": the start's summary. An edge has one leg. */
export function planLine({ opportunity: { subject, netEdge }, legs }: Plan): string {
  const bought = legs.map(({ order: { venue, outcome, limit } }) => `${VENUE_NAMES[venue]} ${outcome.toUpperCase()} ${formatPrice(limit)}`)
  return `${subject}: ${bought.join(' + ')}, ${formatQuantity(legs[0].order.quantity)} contracts, edge $${formatMoney(netEdge)}`
}

export const outcomeLine = (outcome: LegOutcome): string => {
  if (outcome.kind === 'done') return `filled ${formatQuantity(outcome.filled)}`
  return outcome.kind === 'rejected'
    ? `rejected: ${outcome.reason}${outcome.detail === '' ? '' : ` (${outcome.detail})`}`
    : `unknown: ${outcome.cause}`
}

export const reservationLine = ({ kind, verdicts }: Reservation): string => {
  const failed = verdicts.filter(({ passed }) => !passed)
  return kind === 'granted'
    ? `granted, ${verdicts.length} checks passed`
    : `refused: ${failed.map(({ check, actual, limit }) => `${check} ${actual}, limit ${limit}`).join('; ')}`
}

export const cureLine = ({ chosen, over }: CureChoice): string =>
  `${chosen.way}${'order' in chosen ? ` — ${orderLine(chosen.order)}` : ''}, loss $${formatMoney(chosen.loss)}; not chosen: ${over.map(({ way, loss }) => `${way} $${formatMoney(loss)}`).join(', ') || 'nothing else was possible'}`

export const saleLine = (choice: SaleChoice): string =>
  choice.kind === 'hold' ? `held: ${choice.reason}` : `${orderLine(choice.order)}, $${formatMoney(choice.netBid)} net is bid for one`

export const resultLine = (result: TradeResult): string =>
  `**${result.label}** — locked ${formatQuantity(result.locked)}, flat ${formatQuantity(result.flat)}, held ${formatQuantity(result.held)}, dust ${formatQuantity(result.dust)}, P&L $${formatMoney(result.realisedPnl)}${result.reason === '' ? '' : `, reason: ${result.reason}`}`

export const verdictLine = ({ order, outcome, by, role, secondBy, evidence }: OrderVerdict): string =>
  `${order}: ${outcomeLine(outcome)}, says ${by} (${role})${secondBy === null ? '' : ` with ${secondBy}`}: ${evidence}`

/** The live details of a trade: a title, then one line for each thing that happened. */
export class Story {
  readonly #lines: string[]
  constructor(title: string) {
    this.#lines = [`### ${title}`, '']
  }
  /** Adds a step and returns the whole text in Markdown. */
  add(step: string, what: string): string {
    this.#lines.push(`- **${step}** ${what}`)
    return this.#lines.join('\n')
  }
}
