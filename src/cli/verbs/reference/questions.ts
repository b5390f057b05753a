import { reportQuestions, type QuestionsReport, type QuestionView } from '../../../operator/reference/questions'
import { systemClock } from '../../../wiring/clock'
import { print, printJson, table } from '../../render'
import { withConnections } from '../session'

/** @param product undefined: every product. */
export async function questions(product: string | undefined, json: boolean): Promise<void> {
  await withConnections(async ({ database }) => {
    const report = await reportQuestions(database, product ?? null, systemClock().nowMs())
    if (json) printJson(report)
    else print(questionsText(report, product ?? null))
  })
}

const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
const hoursText = ({ state, untilMs }: QuestionView['hours']): string => (untilMs === null ? state : `${state} until ${time(untilMs)}`)

/** The report as a person reads it. @param product the one that was asked for; null: every one */
export function questionsText({ products, questions: rows, changes }: QuestionsReport, product: string | null): string {
  if (products.length === 0)
    return `${product ?? 'ForecastEx'} has not been read yet: crossbook schedules trigger ingestContracts; the products are forecastex.symbols in venues.yaml`
  const found = table(
    ['product', 'name', 'index', 'read', ''],
    products.map(({ symbol, name, underConId, lastSeenMs, trouble }) => [
      symbol,
      name,
      underConId === null ? '–' : String(underConId),
      lastSeenMs === null ? 'never' : time(lastSeenMs),
      trouble ?? '',
    ]),
  )
  const listed = table(
    ['question', 'YES', 'NO', 'last trade', 'hours', 'tick', 'since', 'pairs'],
    rows.map((row) => [
      `${row.product} ${row.lastTradeDate} ${row.strike}`,
      String(row.yesConId),
      String(row.noConId),
      time(row.lastTradeMs),
      hoursText(row.hours),
      row.tick,
      time(row.firstSeenMs),
      row.pairs.join(', ') || '–',
    ]),
    [1, 2, 5],
  )
  const problems = products.flatMap(({ symbol, problems: all }) => all.map((problem) => `- ${symbol}: ${problem}`))
  const changed = changes.map(({ market, atMs, field, before, after }) => `- ${time(atMs)} ${market}: ${field} was ${before}, is ${after}`)
  return [
    found,
    listed,
    ...(problems.length > 0 ? [`listed and not among the questions:\n${problems.join('\n')}`] : []),
    ...(changed.length > 0 ? [`changed:\n${changed.join('\n')}`] : []),
  ].join('\n\n')
}
