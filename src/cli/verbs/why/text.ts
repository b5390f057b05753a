import { formatPrice, formatQuantity, price, quantity } from '../../../core/units'
import type { WhyOpportunity } from '../../../operator/why/opportunity'
import { orderText } from '../../../operator/why/steps'
import type { Answered, Booked, DecidedPart, Seen, SeenOddsThen, SentOrder, WhyTrade } from '../../../operator/why/why'
import { clockTime, dollars, table } from '../../render'
import { partsTable } from '../trade'

/** A message is told up to here; the whole is in the JSON. */
const SHOWN_CHARACTERS = 300
const shown = (text: string): string => (text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text)
const age = (ms: number | null): string => (ms === null ? 'not told' : `${ms} ms`)

/** What is printed of a trade: the five parts, then everything in the order of time. */
export function tradeText(told: WhyTrade): string {
  const parts = [
    `${told.tradeId}  ${told.pair ?? 'pair not told'}  ${told.outcome ?? told.state ?? 'outcome not told'}  ${told.mode ?? ''}`.trimEnd(),
    part('SEEN', told, 'seen', told.seen && seenText(told.seen)),
    part('DECIDED', told, 'decided', told.decided && decidedText(told.decided)),
    part('SENT', told, 'sent', told.sent && sentText(told.sent)),
    part('ANSWERED', told, 'answered', told.answered && answeredText(told.answered)),
    part('BOOKED', told, 'booked', told.booked && bookedText(told.booked)),
    `IN ORDER OF TIME\n${stepsText(told)}`,
    `LATENCIES\n${table(
      ['from, to', 'ms'],
      told.latencies.map(({ what, ms }) => [what, String(ms)]),
      [1],
    )}`,
    ...(told.measured.length > 0 ? [`MEASURED BY ITS PROCESS\n${measuredText(told)}`] : []),
    ...(told.warnings.length > 0 ? [`THE CAPTURES\n${told.warnings.join('\n')}`] : []),
  ]
  return parts.join('\n\n')
}

/** A part and what of it is missing. */
function part(heading: string, { missing }: WhyTrade, name: WhyTrade['missing'][number]['part'], text: string | null): string {
  const lacks = missing.filter((each) => each.part === name).map(({ what, reason }) => `missing: ${what}: ${reason}`)
  return [heading, ...(text === null ? [] : [text]), ...lacks].join('\n')
}

const top = (quote: { readonly price: number; readonly quantity: number | null } | null): string =>
  quote === null ? '–' : `${quote.quantity === null ? '?' : formatQuantity(quantity(quote.quantity))} at ${formatPrice(price(quote.price))}`

const seenText = ({ books, odds, frames, seenMs }: Seen): string =>
  [
    `at ${clockTime(seenMs)}`,
    table(
      ['venue', 'market', 'side', 'bid', 'age', 'ask', 'age', 'vouched for'],
      books.map((b) => [b.venue, b.market, b.outcome, top(b.bid), age(b.bidAgeMs), top(b.ask), age(b.askAgeMs), age(b.confirmedAgeMs)]),
    ),
    ...(odds === null ? [] : [oddsText(odds)]),
    ...frames.map(({ n, atMs, venue, text }) => `frame ${n} of ${venue} at ${clockTime(atMs)}: ${shown(text)}`),
  ].join('\n')

/** A weight of thousandths, as a number of books. */
const WEIGHT_UNITS = 1_000
function oddsText({ eventId, fair, lower, upper, fetchedAgeMs, movedAgeMs, lines, profile, given }: SeenOddsThen): string {
  const { equity, cash, spent, share, maxContracts } = given
  const known = (micros: number | null): string => (micros === null ? 'not told' : dollars(micros))
  return [
    `odds of ${eventId}, fetched ${fetchedAgeMs} ms before; the best prices last changed ${movedAgeMs === null ? 'at a time that is not told' : `${movedAgeMs} ms before`}`,
    `YES is worth ${dollars(fair)}, ${dollars(lower)} to ${dollars(upper)}`,
    table(
      ['book', 'family', 'YES worth', 'weight', 'age'],
      lines.map((line) => [line.book, line.family, dollars(line.probability), String(line.weight / WEIGHT_UNITS), age(line.ageMs)]),
      [2, 3, 4],
    ),
    `sized by profile ${profile} with a worth of ${known(equity)}, cash ${known(cash)}, ${dollars(spent.event)} on the game and ${dollars(spent.day)} today, a share of ${share} of each size, ${formatQuantity(maxContracts)} contracts at most`,
  ].join('\n')
}

function decidedText({ legs, cure, checks, reserve, rules, ...decided }: DecidedPart): string {
  const verdicts = [...checks.map((each) => ['decision', each] as const), ...reserve.map((each) => ['reserve', each] as const)]
  return [
    `at ${clockTime(decided.atMs)}: edge ${dollars(decided.netEdgeMicros)}, expected ${dollars(decided.expectedValueMicros)}; worst case ${dollars(decided.unwindLossMicros)} modelled, ${dollars(decided.maximumLossMicros)} at most, budget ${dollars(decided.lossBudgetMicros)}`,
    ...legs.map(
      ({ order, costBound }) =>
        `${order.clientOrderId}: ${order.venue} ${order.market} ${orderText(order)}, ${order.purpose}, costs ${dollars(costBound)} at most, not after ${clockTime(order.notAfterMs)}`,
    ),
    ...(cure ? [`cure at most: ${orderText(cure)}`] : []),
    `by certificate ${rules.certificate ?? 'none'}, limits ${rules.limits}, configuration ${rules.config}`,
    table(
      ['check', '', '', 'actual', 'wanted'],
      verdicts.map(([by, { check, passed, actual, limit }]) => [check, by, passed ? 'passed' : 'FAILED', actual, limit]),
    ),
  ].join('\n')
}

const sentText = (sent: readonly SentOrder[]): string =>
  sent
    .map((order) => {
      const by =
        order.bytes &&
        `, left at ${clockTime(order.bytes.atMs)} from ${order.bytes.process}, lease epoch ${order.bytes.epoch ?? 'not told'}`
      const head = `${order.clientOrderId}: ${order.venue} ${order.market} ${orderText(order)}, ${order.purpose}`
      const marked = order.markedMs === null ? '' : `, on disk at ${clockTime(order.markedMs)}`
      return [`${head}${marked}${by ?? ''}`, ...(order.bytes ? [shown(order.bytes.text)] : [])].join('\n')
    })
    .join('\n')

const answeredText = (answered: readonly Answered[]): string =>
  answered
    .map(({ clientOrderId, outcome, answeredMs, finalMs, frames, executions }) =>
      [
        `${clientOrderId}: ${outcome ?? 'answer not told'}${answeredMs === null ? '' : ` at ${clockTime(answeredMs)}`}${finalMs === null ? '' : `, final at ${clockTime(finalMs)}`}`,
        ...frames.map(
          ({ atMs, what, n, text, repeats }) =>
            `  ${clockTime(atMs)} ${what} (frame ${n}${repeats > 0 ? `, told ${repeats} times more` : ''}): ${shown(text)}`,
        ),
        ...executions.map(
          (e) =>
            `  execution ${e.executionId}: ${formatQuantity(quantity(e.quantity))} at ${formatPrice(price(e.price))}, fee ${dollars(e.feeMicros)}${e.isEstimate ? ' (estimate)' : ''}, ${clockTime(e.atMs)} by its venue`,
        ),
      ].join('\n'),
    )
    .join('\n')

const bookedText = ({ transfers, feesMicros, pnlMicros, pnlKind, parts }: Booked): string =>
  [
    table(
      ['at', 'transfer', 'account', 'amount'],
      transfers.flatMap(({ recordedMs, kind, postings }) =>
        postings.map(({ account, amountMicros }) => [clockTime(recordedMs), kind, account, dollars(amountMicros)]),
      ),
      [3],
    ),
    `fees ${dollars(feesMicros)}, P&L ${dollars(pnlMicros)} ${pnlKind}`,
    ...(parts ? [partsTable([parts])] : []),
  ].join('\n')

const stepsText = ({ steps }: WhyTrade): string =>
  table(
    ['at', '+ms', 'in all', '', 'what', 'on record in'],
    steps.map((step) => [clockTime(step.atMs), String(step.sincePreviousMs), String(step.sinceFirstMs), step.part, step.what, step.source]),
    [1, 2],
  )

/** What is printed of an opportunity. */
export function opportunityText(told: WhyOpportunity): string {
  const best =
    told.bestNetEdgeMicros === null || told.bestQuantity === null
      ? 'never sized'
      : `best ${dollars(told.bestNetEdgeMicros)} on ${formatQuantity(quantity(told.bestQuantity))}`
  const optional = (micros: number | null): string => (micros === null ? '–' : dollars(micros))
  const size = (value: number | null, at: number | null): string =>
    at === null ? '–' : `${value === null ? '?' : formatQuantity(quantity(value))} at ${formatPrice(price(at))}`
  return [
    `${told.opportunityId}  ${told.direction}  ${told.outcome}${told.outcome === 'refused' ? ` by ${told.reason}` : ''}`,
    `first seen ${clockTime(told.firstSeenMs)}, lasted ${told.endedMs - told.firstSeenMs} ms, ${told.looks} looks, ${told.finds} finds, ${best} (from the ${told.source})`,
    ...(told.tradeId === null ? [] : [`its trade: crossbook why ${told.tradeId}`]),
    `SEEN\n${table(
      ['venue', 'market', 'side', 'bid', 'ask', 'age'],
      told.seen.map((s) => [s.venue, s.market, s.outcome, size(s.bidSize, s.bid), size(s.askSize, s.ask), age(s.ageMs)]),
    )}`,
    `DECIDED\nrefused looks: ${told.refusedLooks || 'none'}`,
    table(
      ['at', 'gate', 'actual', 'wanted', 'edge', 'expected', 'worst case', 'at most'],
      told.refusals.map((r) => [
        clockTime(r.atMs),
        r.gate,
        r.actual ?? '–',
        r.wanted ?? '–',
        ...[r.netEdgeMicros, r.expectedValueMicros, r.unwindLossMicros, r.maximumLossMicros].map(optional),
      ]),
      [4, 5, 6, 7],
    ),
    ...told.missing.map(({ what, reason }) => `missing: ${what}: ${reason}`),
  ].join('\n')
}

const measuredText = ({ measured }: WhyTrade): string =>
  table(
    ['what', 'µs'],
    measured.map((row) => [String(row['measure']), String(row['micros'])]),
    [1],
  )
