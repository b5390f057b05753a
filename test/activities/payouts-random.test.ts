import { mulberry32 } from '../../src/core/random'
import { marketId, type MarketId, type Outcome } from '../../src/core/ids'
import { money, quantity } from '../../src/core/units'
import type { OpenPair } from '../../src/activities/settlement'
import { BackOffice, DOLLAR, listing, NOTHING } from './back-office'

/** A longer search: CROSSBOOK_SEEDS=5000. */
const SEEDS = Number(process.env['CROSSBOOK_SEEDS'] ?? 150)
const STEPS = 14
const CENT = 10_000

interface Question {
  readonly pair: OpenPair
  readonly outcome: Outcome
  readonly contracts: number
  readonly result: Outcome
  readonly decidedAt: number
  readonly goneAt: number
  readonly paidAt: number
}
/** Interest that is paid: it falls with the cash, before or after it. */
interface Payment {
  readonly amount: number
  readonly fallAt: number
  readonly paidAt: number
}
interface Truth {
  readonly questions: readonly Question[]
  readonly payments: readonly Payment[]
}

/** Few sizes and few amounts, so that sums collide as often as they can. */
function truthOf(seed: number): Truth {
  const random = mulberry32(seed)
  const below = (n: number): number => random() % n
  const questions = Array.from({ length: 1 + below(6) }, (_, n): Question => {
    const goneAt = 2 + below(6)
    return {
      pair: { id: `u${n}`, polarity: 'same', kalshiMarket: marketId(`K${n}`), forecastexMarket: marketId(String(700 + n)) },
      ...{ outcome: (['yes', 'no'] as const)[below(2)] ?? 'yes', result: (['yes', 'no'] as const)[below(2)] ?? 'no' },
      ...{ contracts: 1 + below(3), decidedAt: 1 + below(8), goneAt, paidAt: goneAt + below(4) },
    }
  })
  const payments = Array.from({ length: below(3) }, (_, n): Payment => {
    const fallAt = 2 + 2 * below(3) + n // two that fall at once are one fall
    return { amount: [CENT, 100 * CENT, 200 * CENT][below(3)] ?? CENT, fallAt, paidAt: fallAt + below(2) }
  })
  return { questions, payments }
}

const wins = ({ outcome, result }: Question): boolean => outcome === result
const dollars = (question: Question): number => (wins(question) ? question.contracts * 1_000_000 : 0)

function officeOf({ questions }: Truth): BackOffice {
  const office = new BackOffice()
  office.pairs = []
  office.lots = []
  office.listings.clear()
  for (const { pair, outcome, contracts } of questions) office.hold(pair, outcome, String(contracts), null)
  return office
}

/** What the venues show at a step. */
function show(office: BackOffice, { questions, payments }: Truth, step: number): void {
  const held = questions.filter(({ goneAt }) => step < goneAt)
  office.positions = held.map(({ pair, outcome, contracts }) => ({
    ...{ market: pair.forecastexMarket, outcome, quantity: quantity(String(contracts)) },
  }))
  for (const { pair, result, decidedAt } of questions)
    if (step >= decidedAt)
      office.listings.set(pair.kalshiMarket, listing('settled', result === 'yes' ? DOLLAR : NOTHING, pair.kalshiMarket))
  const paid = [
    ...questions.filter(({ paidAt }) => step >= paidAt).map(dollars),
    ...payments.filter(({ paidAt }) => step >= paidAt).map(({ amount }) => amount),
  ]
  office.cash = money('990') + paid.reduce((sum, amount) => sum + amount, 0)
  office.accrued = money(payments.filter(({ fallAt }) => step < fallAt).reduce((sum, { amount }) => sum + amount, 0))
}

/** Everything of a seed from its first look to its end. @returns what is wrong. */
async function run(seed: number): Promise<readonly string[]> {
  const truth = truthOf(seed)
  const office = officeOf(truth)
  const wrong: string[] = []
  const isPosted = (market: MarketId): boolean => office.posted.some((what) => what.startsWith(`forecastex ${market} `))
  for (let step = 0; step < STEPS; step += 1) {
    show(office, truth, step)
    await office.run()
    if (office.ledgerCash > office.cash) wrong.push(`step ${step}: the ledger has more than the account`)
    for (const question of truth.questions)
      if (isPosted(question.pair.forecastexMarket) && step < (wins(question) ? question.paidAt : question.goneAt))
        wrong.push(`step ${step}: ${question.pair.id} is posted, and not paid`)
  }
  const { waiting } = await office.run()
  if (office.ledgerCash !== office.cash)
    wrong.push(`the ledger has ${office.ledgerCash}, the account ${office.cash}: ${waiting.join('; ')}`)
  return wrong.map((what) => `seed ${seed}: ${what}`)
}

describe('payouts and coupons that come in any order and look alike', () => {
  it(`are all booked in the end, to the cent, and nothing before the cash has shown it: seeds 1 to ${SEEDS}`, async () => {
    const wrong: string[] = []
    for (let seed = 1; seed <= SEEDS; seed += 1) wrong.push(...(await run(seed)))
    expect(wrong).toEqual([])
  })
})
