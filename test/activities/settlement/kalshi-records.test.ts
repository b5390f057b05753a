import { FAILURES } from '../../../src/core/failures'
import { KALSHI_MARKET } from '../../saga/plan'
import { BackOffice, DOLLAR, NOTHING, RECORD } from '../back-office'

const alarms = (office: BackOffice): string[] => office.log.messages('error')
const UNRECORDED = `${KALSHI_MARKET}: Kalshi has settled it and has no record of paying us yet`
/** Each run is a minute after the last one. */
const runs = async (office: BackOffice, times: number): Promise<readonly string[]> => {
  let waiting: readonly string[] = []
  for (let run = 0; run < times; run += 1) ({ waiting } = await office.run())
  return waiting
}

describe('Kalshi’s record of a payout', () => {
  it('is waited for: which of result and record shows first is not told', async () => {
    const office = new BackOffice()
    office.records.set(KALSHI_MARKET, null)
    expect((await office.run()).waiting).toContain(UNRECORDED)
    expect(office.posted).not.toContain(`kalshi ${KALSHI_MARKET} 0`)
    office.records.delete(KALSHI_MARKET)
    await office.run()
    expect(office.posted).toContain(`kalshi ${KALSHI_MARKET} 0`)
    expect(alarms(office)).toEqual([])
  })

  it('that does not come in ten minutes is an alarm, once, and is told as long as it lasts', async () => {
    const office = new BackOffice()
    office.records.set(KALSHI_MARKET, null)
    expect(await runs(office, 10)).toContain(UNRECORDED)
    expect(alarms(office)).toEqual([])
    expect(await runs(office, 3)).toContain(`${UNRECORDED}: a person must look`)
    expect(alarms(office)).toEqual([FAILURES.payoutDiffers])
  })

  it('counts from the venue’s own time where it tells one', async () => {
    const office = new BackOffice()
    office.records.set(KALSHI_MARKET, null)
    office.results.set(KALSHI_MARKET, { status: 'settled', yesPays: NOTHING, settledMs: RECORD.atMs })
    office.clock.advance(600_000)
    await office.run()
    expect(alarms(office)).toEqual([FAILURES.payoutDiffers])
  })

  it.each([
    ['a market that nobody knows', null, 'Kalshi knows no market of this name'],
    ['a result in words that are not known', { status: 'settled', yesPays: null, settledMs: null }, 'in words that are not known'],
  ] as const)('of %s posts nothing, and is an alarm when it stays so', async (_what, result, why) => {
    const office = new BackOffice()
    office.results.set(KALSHI_MARKET, result)
    expect(await runs(office, 12)).toContainEqual(expect.stringMatching(new RegExp(`${why}.*a person must look`)))
    expect(office.posted).toEqual([])
    expect(alarms(office)).toEqual([FAILURES.payoutDiffers])
  })

  it('that changes after it was posted, the result being the same, is an alarm within ten minutes', async () => {
    const office = new BackOffice()
    Object.assign(office, { pairs: [], lots: [] })
    office.settledBefore = [KALSHI_MARKET]
    office.results.set(KALSHI_MARKET, { status: 'settled', yesPays: DOLLAR, settledMs: null })
    office.allRecords = [{ ...RECORD, market: KALSHI_MARKET, paid: DOLLAR }]
    expect(await runs(office, 1)).toEqual([])
    office.allRecords = [{ ...RECORD, market: KALSHI_MARKET, paid: NOTHING }]
    const why = `${KALSHI_MARKET}: its record says $0.00 were paid, posted are $1.00: a person must look`
    expect(await runs(office, 11)).toEqual([why])
    expect(alarms(office)).toEqual([FAILURES.payoutDiffers])
    office.allRecords = [{ ...RECORD, market: KALSHI_MARKET, paid: DOLLAR }]
    expect(await runs(office, 11)).toEqual([])
  })

  it('waits while a trade runs, and is a person’s when none does', async () => {
    const office = new BackOffice()
    office.refusal = { kind: 'differs', why: 'it has settled 12.00 (YES), our lots are 10.00', isRunning: true }
    expect(await runs(office, 1)).toContainEqual(expect.stringContaining('a trade runs in it, and may have more to book'))
    expect(alarms(office)).toEqual([])
    office.refusal = { ...office.refusal, isRunning: false }
    expect(await runs(office, 2)).toContainEqual(expect.stringContaining('our lots are 10.00: a person must look'))
    expect(alarms(office)).toEqual([FAILURES.payoutDiffers])
  })
})
