import { freshLedger } from '../ledger/support/ledger'
import { Sequence } from './sequence'
import { Twins } from './twins'

/** As many sequences as CROSSBOOK_TWIN_SEQUENCES says, from CROSSBOOK_TWIN_SEED on; a seed that failed is found again by both. */
const FIRST = Number.parseInt(process.env['CROSSBOOK_TWIN_SEED'] ?? '1', 10)
const SEQUENCES = Number.parseInt(process.env['CROSSBOOK_TWIN_SEQUENCES'] ?? '12', 10)
const STEPS = 40
/** Of so many sequences of edges some sell. */
const ENOUGH = 5
const DOLLARS = '2000'
const ledger = freshLedger('sound', DOLLARS)

/**
 * Not compared, since only one of both can know it: certificates (the registry of Postgres; none is told here), halts, unknown orders, sessions of other
 * processes, purses beyond the venues' own; when the breaker hears of a payout (Postgres: with the next reserve or close; a backtest: at once); fills that
 * come after the end of a trade and are no sale (a paper venue has none); a purchase that no cash is left for (Postgres refuses to book it, a backtest names it a violation);
 * the sum in the reason of a breaker that one market's payouts to several trades opened (Postgres: all of them, a backtest: those so far; seed 1044 has one).
 */
describe.each(['boxes', 'edges'] as const)('the ledger of a backtest and that of Postgres, told the same of %s', (of) => {
  const told = { sequences: 0, sales: 0 }
  afterAll(() => {
    if (of === 'edges' && told.sequences >= ENOUGH) expect(told.sales).toBeGreaterThan(0)
  })

  it.each(Array.from({ length: SEQUENCES }, (_, n) => FIRST + n))('say the same after each step (seed %d)', async (seed) => {
    const twins = new Twins(ledger())
    const sequence = new Sequence(twins, seed, of)
    ledger().limits = sequence.limits()
    await twins.start(DOLLARS)
    const compare = async (step: string): Promise<void> =>
      expect([`seed ${seed}`, step, twins.saidByPaper()]).toEqual([`seed ${seed}`, step, await twins.saidByPostgres()])
    for (let step = 1; step <= STEPS; step++) {
      const answers = await sequence.step()
      if (answers) expect([`seed ${seed}`, step, answers.paper]).toEqual([`seed ${seed}`, step, answers.real])
      await compare(`step ${step}`)
    }
    await sequence.finish(compare)
    expect(twins.paper.violations()).toEqual([])
    expect(twins.saidByPaper().lots).toEqual([])
    expect(sequence.counts.granted).toBeGreaterThan(0)
    told.sequences++
    told.sales += sequence.counts.sales
  })
})
