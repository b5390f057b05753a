import { marketId, subjectId } from '../../../src/core/ids'
import { millis, money } from '../../../src/core/units'
import { importMappings } from '../../../src/operator/pairs/mappings'
import { proposeStored, type ProposalReport } from '../../../src/operator/pairs/propose'
import { listPairs, showPair } from '../../../src/operator/pairs/review'
import { savePair, suspendPair } from '../../../src/stores/postgres/pairs/certificates'
import { readRuleTexts } from '../../../src/stores/postgres/pairs/readings'
import { paidSince } from '../../../src/stores/postgres/evidence/statements'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { activePairs, pairsWithLots, readCertificate } from '../../../src/stores/postgres/pairs/registry'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { lockedBox } from '../ledger/support/trades'
import { above, ADA, CLOSES, ID, KEY, QUESTION, read, reading, sha256, stepsOn, TICKER } from './fixture'

const ledger = freshLedger()
const { tell, propose, approve, audited } = stepsOn(ledger)
const LATER = millis(NOW + 60_000)
const inForce = () => readCertificate(ledger().database, ID)
const kinds = ({ proposals }: ProposalReport): unknown[] => proposals.map(({ id, kind, class: identity }) => [id, kind, identity])

describe('a proposal', () => {
  it('is recorded once: the same again changes nothing', async () => {
    expect(await propose()).toEqual({ id: ID, version: 1, kind: 'added', why: 'new' })
    expect(await propose({}, LATER)).toMatchObject({ version: 1, kind: 'unchanged' })
    expect(await inForce()).toMatchObject({ state: 'proposed', approvedFor: 'none', proposedBy: 'ingest', proposedMs: NOW, atMs: NOW })
    expect(await audited()).toEqual(['pair proposed'])
  })

  it('of two ingests at once is one', async () => {
    const saved = await Promise.all([propose(), propose(), propose()])
    expect(saved.map(({ kind }) => kind).toSorted()).toEqual(['added', 'unchanged', 'unchanged'])
  })

  it('that is read otherwise is a new version, and keeps waiting', async () => {
    await propose()
    expect(await propose({ class: 'S1h', because: ['fallback: neither says'] })).toMatchObject({ version: 2, kind: 'changed' })
    expect(await inForce()).toMatchObject({ state: 'proposed', class: 'S1h' })
  })

  it.each([
    ['a text', { rules: { kalshi: sha256('new'), forecastex: null } }, 'the text at kalshi is not the one that was judged'],
    [
      'a key',
      { keys: { kalshi: KEY, forecastex: { ...KEY, grid: '0.01' } } },
      'the question at forecastex is read otherwise than it was judged',
    ],
  ] as const)('with %s that is not the one judged suspends an active pair in the same transaction', async (_what, change, why) => {
    await tell()
    await propose()
    await approve()
    expect(await propose(change)).toEqual({ id: ID, version: 3, kind: 'suspended', why })
    expect(await activePairs(ledger().database)).toEqual([])
    expect(await inForce()).toMatchObject({ state: 'suspended', approvedFor: 'none', approvedBy: null, reason: why })
  })

  it('leaves an active pair alone where nobody has judged a text or a key, and whatever it thinks of the class', async () => {
    const pair = {
      id: subjectId('u3.1'),
      base: 'u3',
      kalshiMarket: TICKER,
      forecastexMarket: QUESTION,
      polarity: 'same',
      class: 'S0',
    } as const
    await savePair(ledger().database, { ...pair, approvedFor: 'sim', state: 'active' }, ADA, NOW, NEVER)
    expect(await propose({ class: 'S2' })).toMatchObject({ id: 'u3.1', kind: 'unchanged' })
    expect(await activePairs(ledger().database)).toMatchObject([{ id: 'u3.1', class: 'S0', version: 1, rules: null, expiresMs: null }])
  })

  it('tells a suspended pair what nobody had read when it was judged, and leaves the judgement', async () => {
    const pair = {
      id: subjectId('u3.1'),
      base: 'u3',
      kalshiMarket: TICKER,
      forecastexMarket: QUESTION,
      polarity: 'same',
      class: 'S0',
    } as const
    await savePair(ledger().database, { ...pair, approvedFor: 'sim', state: 'active' }, ADA, NOW, NEVER)
    await suspendPair(ledger().database, 'u3.1', 'the release moves', ADA, NOW, NEVER)
    expect(await propose({ class: 'S2' })).toMatchObject({ id: 'u3.1', version: 3, kind: 'changed' })
    expect(await propose({ class: 'S2' })).toMatchObject({ version: 3, kind: 'unchanged' })
    const now = {
      state: 'suspended',
      class: 'S0',
      reason: 'the release moves',
      keys: { kalshi: KEY },
      texts: { kalshi: sha256('the rules of kalshi') },
    }
    expect(await readCertificate(ledger().database, 'u3.1')).toMatchObject(now)
  })

  it('is nobody whose lots are settled: those of its markets belong to the pair that traded', async () => {
    await propose({ kalshiMarket: marketId('KXU3-T4'), forecastexMarket: marketId('751') })
    await lockedBox(ledger())
    expect(await pairsWithLots(ledger().database)).toEqual([])
    await settleMarket(ledger().database, 'forecastex', marketId('751'), money(0), LATER, NEVER)
    expect(await paidSince(ledger().database, LATER)).toEqual([])
  })

  it('is none of markets that have ended', async () => {
    const pair = {
      id: subjectId('u3.1'),
      base: 'u3',
      kalshiMarket: TICKER,
      forecastexMarket: QUESTION,
      polarity: 'same',
      class: 'S0',
    } as const
    await savePair(ledger().database, { ...pair, approvedFor: 'sim', state: 'ended' }, ADA, NOW, NEVER)
    expect(await propose()).toMatchObject({ id: 'u3.1', kind: 'ended' })
  })
})

describe('rule texts', () => {
  const texts = async (): Promise<unknown[]> => (await readRuleTexts(ledger().database, 'kalshi', TICKER)).map(({ text }) => text)
  const see = (text: string) => tell([reading('kalshi', { text })])

  it('are kept as they were seen, one that comes back too, and a change is told once', async () => {
    expect(await see('A')).toEqual([])
    expect(await see('A')).toEqual([])
    expect(await see('B')).toEqual([{ venue: 'kalshi', market: TICKER, before: sha256('A'), after: sha256('B') }])
    expect(await see('A')).toHaveLength(1)
    expect(await texts()).toEqual(['A', 'B', 'A'])
  })

  it('of two readers at once are kept once', async () => {
    await Promise.all([tell(), tell(), see('the rules of kalshi')])
    expect(await texts()).toEqual(['the rules of kalshi'])
  })

  it('are under their own fingerprint', async () => {
    const forged = ['kalshi', TICKER, sha256('A'), 'B', NOW]
    await expect(
      ledger().database.query('insert into rule_text (venue, market, sha256, text, first_seen_ms) values ($1,$2,$3,$4,$5)', forged),
    ).rejects.toThrow('rule_text')
  })
})

describe('crossbook pairs propose', () => {
  const run = (asked: Parameters<typeof proposeStored>[1] = {}): Promise<ProposalReport> =>
    proposeStored(ledger().database, asked, ADA, NOW, NEVER)

  it('finds the identical question among those that ingest has read', async () => {
    const other = {
      market: marketId('710000005'),
      title: 'Unemployment above 4.2 % in March 2025?',
      reading: read({ condition: above('4.2') }),
    }
    const unread = { market: marketId('KXU3-NEW'), reading: { kind: 'not-read', because: 'the period is missing' } } as const
    await tell([reading('kalshi'), reading('kalshi', unread), reading('forecastex'), reading('forecastex', other)])
    const report = await run()
    expect(kinds(report)).toContainEqual([ID, 'added', 'S0'])
    expect(report).toMatchObject({
      markets: { kalshi: 2, forecastex: 2 },
      notRead: [{ market: 'KXU3-NEW', because: 'the period is missing' }],
    })
    expect((await run()).proposals.every(({ kind }) => kind === 'unchanged')).toBe(true)
    expect(await inForce()).toMatchObject({ rules: { kalshi: sha256('the rules of kalshi') }, proposedBy: 'ada' })
  })

  it('judges a pair on record anew even where it would not be proposed any more', async () => {
    await tell()
    await run()
    await approve()
    await tell([reading('forecastex', { reading: { kind: 'not-read', because: 'the text is not understood' }, text: 'new words' })])
    expect(kinds(await run())).toEqual([[ID, 'suspended', 'S3']])
    expect(await inForce()).toMatchObject({ state: 'suspended', reason: 'the text at forecastex is not the one that was judged' })
  })

  it('of two named markets says what it thinks of them, whatever that is', async () => {
    await tell([reading('kalshi'), reading('forecastex', { reading: read({ statistic: 'us-cpi-yoy' }) })])
    expect(kinds(await run({ kalshi: TICKER, forecastex: QUESTION }))).toEqual([[ID, 'added', 'S3']])
  })

  it('names what has not been read, and how to read it', async () => {
    await tell([reading('kalshi')])
    await expect(run({ kalshi: TICKER, forecastex: '1' })).rejects.toThrow(
      '1 of forecastex is not on record: crossbook schedules trigger ingestContracts reads what forecastex.symbols of config/venues.yaml names',
    )
  })

  it('looks at no market that has closed', async () => {
    await tell([reading('kalshi', { closeMs: NOW }), reading('forecastex')])
    expect(await run()).toMatchObject({ markets: { kalshi: 0, forecastex: 1 }, proposals: [] })
  })
})

describe('crossbook pairs list and show', () => {
  it('orders the review queue by similarity, and says what each waits for', async () => {
    await tell()
    await propose()
    await propose({ kalshiMarket: marketId('KXU3-25APR-T4.1'), similarity: 9_500 })
    await approve()
    const expired = millis(CLOSES + 365 * 86_400_000)
    expect((await listPairs(ledger().database, null, expired)).map(({ id, waitsFor }) => [id, waitsFor])).toEqual([
      ['kxu3-25apr-t4.1.710000003', 'a first approval'],
      [ID, 'a new approval: the certificate has expired'],
    ])
    expect((await listPairs(ledger().database, 'active', NOW)).map(({ waitsFor }) => waitsFor)).toEqual([null])
  })

  it('shows both keys, texts, what a box pays, versions, and what is missing', async () => {
    await tell()
    await propose({ class: 'S1h', states: [{ name: 'hazard', kalshiYes: CENTS, forecastexYes: CENTS, together: false }] })
    const view = await showPair(ledger().database, ID, NOW)
    expect(view).toMatchObject({
      missingForAll: ['its class is S1h, and only S0 trades outside sim'],
      approval: null,
      versions: [{ version: 1 }],
    })
    expect(view.sides.kalshi).toMatchObject({
      key: KEY,
      judgedSha256: sha256('the rules of kalshi'),
      texts: [{ text: 'the rules of kalshi' }],
    })
    expect(view.fields?.every(({ verdict }) => verdict === 'same')).toBe(true)
    expect(view.payoff.least).toEqual({ A: { state: 'hazard', perContract: 0 }, B: { state: 'hazard', perContract: 0 } })
    expect(view.sides.forecastex.readNow).toEqual(KEY)
    await expect(showPair(ledger().database, 'nobody', NOW)).rejects.toThrow('there is no pair "nobody"')
  })
})
const CENTS = { least: 0, most: 1_000_000 } as never

describe('a list of the first system', () => {
  const ROW = {
    row: 1,
    unified_symbol: 'U3-MAR',
    description: 'Unemployment',
    kalshi_ticker: TICKER,
    ibkr_yes_conid: 710_000_003,
    ibkr_no_conid: 710_000_004,
  }
  const run = (...rows: readonly Partial<typeof ROW>[]) =>
    importMappings(
      ledger().database,
      rows.map((row) => ({ ...ROW, ...row })),
      ADA,
      NOW,
      NEVER,
    )

  it('becomes proposals that nobody has approved, once', async () => {
    expect(await run({})).toEqual({ imported: [{ row: 1, name: 'U3-MAR', id: ID, state: 'proposed', kind: 'added' }], refused: [] })
    expect(await run({})).toMatchObject({ imported: [{ kind: 'unchanged' }] })
    expect(await activePairs(ledger().database)).toEqual([])
    expect(await inForce()).toMatchObject({
      class: 'S3',
      approvedFor: 'none',
      keys: { kalshi: null, forecastex: null },
      question: 'Unemployment',
    })
    expect((await inForce())?.because).toContain('imported from a list as "U3-MAR"')
    expect(await audited()).toEqual(['pair proposed'])
  })

  it('is compared where both markets were read', async () => {
    await tell()
    await run({})
    expect(await inForce()).toMatchObject({ class: 'S0', state: 'proposed', rules: { kalshi: sha256('the rules of kalshi') } })
  })

  it('never undoes what is on record', async () => {
    await tell()
    await propose()
    await approve()
    expect(await run({})).toMatchObject({ imported: [{ kind: 'unchanged', state: 'active' }] })
  })

  it('is refused row by row where ForecastEx lists the contracts otherwise', async () => {
    await listQuestion(710_000_003, 710_000_004)
    const { imported, refused } = await run(
      {},
      { row: 2, ibkr_no_conid: 710_000_006 },
      { row: 3, ibkr_yes_conid: 710_000_004, ibkr_no_conid: 710_000_003 },
      { row: 4, ibkr_yes_conid: 1, ibkr_no_conid: 710_000_004 },
    )
    expect(imported.map(({ row }) => row)).toEqual([1])
    expect(refused).toEqual([
      { row: 2, name: 'U3-MAR', why: 'ibkr_no_conid is 710000006, and ForecastEx lists 710000004 as the NO contract of 710000003' },
      { row: 3, name: 'U3-MAR', why: 'ibkr_yes_conid 710000004 is the NO contract of 710000003: exchange the two' },
      { row: 4, name: 'U3-MAR', why: 'ibkr_no_conid 710000004 belongs to the question 710000003, not to 1' },
    ])
  })

  const listQuestion = async (yes: number, no: number): Promise<void> => {
    await ledger().database.query(
      `insert into forecastex_products (symbol, name, category, first_seen_ms, looked_ms) values ('UNR', 'UNR', '', 1, 1)`,
    )
    await ledger().database.query(
      `insert into forecastex_questions (yes_con_id, no_con_id, symbol, trading_class, name, strike, last_trade_date, last_trade_ms, real_expiration, time_zone,
         trading_hours, liquid_hours, hours, tick, first_seen_ms, last_seen_ms) values ($1, $2, 'UNR', 'UNR', '', '4.1', '20250403', 1, '', '', '', '', '{}', 100, 1, 1)`,
      [yes, no],
    )
  }
})
