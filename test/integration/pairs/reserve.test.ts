import { marketId, subjectId } from '../../../src/core/ids'
import { millis } from '../../../src/core/units'
import { savePair, suspendPair } from '../../../src/stores/postgres/pairs/certificates'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { boxPlan } from '../ledger/support/trades'
import { ADA, sha256 } from './fixture'

const ledger = freshLedger()
const PAIR = {
  id: subjectId('u3.1'),
  base: 'u3',
  kalshiMarket: marketId('KXU3-T4'),
  forecastexMarket: marketId('751'),
  polarity: 'same',
  class: 'S0',
  rules: { kalshi: sha256('a'), forecastex: sha256('b') },
} as const

/** What the reserve says to a plan that this version of the certificate has found. */
async function reserved(id: string, certificate: string): Promise<readonly string[]> {
  const plan = boxPlan({ id, subject: PAIR.id })
  const { verdicts } = await ledger().ledger.reserve({ ...plan, rules: { ...plan.rules, certificate } }, 'run', NEVER)
  return verdicts.flatMap(({ check, passed, actual }) => (passed ? [] : [`${check}: ${actual}`]))
}

describe('E5 a pair that the hot process still takes for approved', () => {
  it('opens nothing once it is suspended, nor by a version that is in force no more', async () => {
    await savePair(ledger().database, { ...PAIR, approvedFor: 'sim', state: 'active' }, ADA, NOW, NEVER)
    expect(await reserved('t1', 'u3.1@1')).toEqual([])
    expect(await reserved('t2', 'u3.1@7')).toContain('certificate in force: u3.1@1, active')
    await suspendPair(ledger().database, PAIR.id, 'the text is another one', ADA, millis(NOW + 1), NEVER)
    expect(await reserved('t3', 'u3.1@1')).toContain('certificate in force: u3.1@2, suspended')
  })
})
