import path from 'node:path'
import type { GameMapping, ListedMarket } from '../../../../src/core/edge/games/game'
import { matchGames } from '../../../../src/core/edge/games/match'
import { winnerSeries } from '../../../../src/core/edge/games/series'
import { readMarkets } from '../../../../src/operator/matching/reading'
import { recordings, SHARED } from '../../../venues/kalshi/fakes'
import { event, game } from './fixture'
import { MARKET_LIST } from './recorded'

const tieOf = (markets: readonly ListedMarket[]): GameMapping['tie'] | undefined => matchGames(markets, [])[0]?.tie
const nfl = (rulesSecondary: string, rulesPrimary = ''): GameMapping['tie'] | undefined =>
  tieOf(event('KXNFLGAME-26SEP13CLEJAC', { CLE: 'Cleveland', JAC: 'Jacksonville' }, { rulesSecondary, rulesPrimary }))
const mlb = (rulesSecondary: string, rulesPrimary = ''): GameMapping['tie'] | undefined =>
  tieOf(event('KXMLBGAME-26JUL051230NYMATL', { NYM: 'New York M', ATL: 'Atlanta' }, { rulesSecondary, rulesPrimary }))
const soccer = (rulesSecondary: string, rulesPrimary = ''): GameMapping['tie'] | undefined =>
  tieOf(
    event('KXWCGAME-26JUL01USABIH', { USA: 'United States', BIH: 'Bosnia and Herzegovina', TIE: 'Tie' }, { rulesSecondary, rulesPrimary }),
  )
const fight = (rulesSecondary: string): GameMapping['tie'] | undefined =>
  tieOf(event('KXUFCFIGHT-26JUL11MCGHOL', { MCG: 'Conor McGregor', HOL: 'Max Holloway' }, { rulesSecondary }))

const QUESTION =
  'If Atlanta wins the New York M vs Atlanta professional baseball game originally scheduled for Jul 5, 2026, then the market resolves to Yes.'
const POSTPONED =
  'If this game is postponed or delayed, the market will remain open and close after the rescheduled game has finished (within two days).'
const CANCELLED =
  'If the game is cancelled or rescheduled to over two days away, the market will resolve to a fair price in accordance with the rules.'
const HALVES = 'If the game ends in a tie, the market will resolve to $0.50 for each team.'
const notUnderstood = (sentence: string): GameMapping['tie'] => ({ value: 'unknown', why: `not understood: "${sentence}"` })

describe('what a tie pays is said by every sentence that mentions one', () => {
  it.each([
    [
      'a tie that is not one yet',
      'This market does not resolve to No if the game is tied after regulation',
      'If the game ends in a tie, the market will resolve to $0.50 for each team.',
    ],
    [
      'a tie of a game that was stopped',
      'If the game is postponed or ends in a tie after suspension, the market will resolve to 50/50',
      'If the final result is a tie, the market resolves to No.',
    ],
    ['what it pays is denied', 'If the game ends in a tie, the market will not resolve to No', ''],
    ['two payouts in one', 'If the game ends in a tie, the market will resolve to 50/50 or resolves to No', ''],
    ['a condition', 'If the game ends in a tie after overtime, the market will resolve to 50/50', ''],
  ])('refuses %s', (_what, sentence, rest) => expect(nfl(`${sentence}. ${rest}`)).toEqual(notUnderstood(sentence)))

  it('refuses sentences that differ, and names what each pays', () =>
    expect(nfl(`${HALVES} If the game ends in a tie, both markets resolve to No.`)).toEqual({
      value: 'unknown',
      why: 'the rules do not say one thing: 0.5, 0',
    }))
  it('takes the same said twice', () =>
    expect(nfl(`${HALVES} If this game is a tie, all markets resolve to 50/50.`)).toEqual({ value: 0.5 }))
  it('reads the primary rules too', () => expect(nfl('', HALVES)).toEqual({ value: 0.5 }))
  it('says that nothing is told', () => expect(nfl('')).toEqual({ value: 'unknown', why: 'not told by the rules' }))
  it('shows no more of a sentence than fits a line', () => {
    const tie = nfl(`If the game ends in a tie, ${'see the terms and '.repeat(50)}`)
    expect(tie !== 'none' && tie?.why?.length).toBe('not understood: "…"'.length + 200)
  })
})

describe('a game that is not played as it was scheduled', () => {
  it.each([
    ['is waited for, or paid at a fair price', `${POSTPONED} ${CANCELLED}`],
    [
      'is waited for 48 hours',
      'If the game is postponed but begins within 48 hours of its originally scheduled start time, the market will remain open and resolve based on the official final result. If the game is cancelled or not started within 48 hours of its originally scheduled start, all markets will resolve to a fair price.',
    ],
    ['is not mentioned', ''],
  ])('%s: nothing is lost by it', (_what, rules) => expect(mlb(rules, QUESTION)).toBe('none'))

  it.each([
    'If the game is cancelled, the market resolves to No',
    'If the game is cancelled or postponed, the market will resolve to 50/50',
    'If the game is cancelled, the market will not resolve to a fair price',
    'If the game is cancelled unless it is replayed, the market will resolve to a fair price',
    'If the game is suspended in a tied score, the market resolves to No',
    'If the game is shortened, the market will resolve to the score at the time',
    'If the game is not started within 48 hours, all stakes are refunded',
    'If neither team is the winner, the market resolves to No',
    'If the game is a no contest, see the terms',
    'If neither side wins, both contracts expire worthless',
    'If the game ends in a dead heat, contracts expire at half',
    'If the game is halted, the score at that time stands',
    'If the score is level the leader after the first half counts',
    'Should the sides be level, the leader after the first half counts',
    'In the event of an early end, the leader counts',
    'The leader counts if the game goes no further',
    'Both contracts expire where nobody wins',
    'If the score is level, the market will resolve to a fair price',
  ])('refuses words that are not known: %s', (sentence) => {
    expect(mlb(`${POSTPONED} ${sentence}. ${CANCELLED}`)).toEqual(notUnderstood(sentence))
    expect(mlb('', `${QUESTION} ${sentence}.`)).toEqual(notUnderstood(sentence))
    expect(nfl(`${HALVES} ${sentence}.`)).toEqual(notUnderstood(sentence))
    expect(soccer(`${sentence}.`)).toEqual(notUnderstood(sentence))
    expect(soccer('', `${QUESTION.replace('Jul 5', 'Jul 1')} ${sentence}.`)).toEqual(notUnderstood(sentence))
  })
  it.each([
    'If Atlanta wins or the game is cancelled, then the market resolves to Yes',
    'If Atlanta wins or the game goes no further, then the market resolves to Yes',
    'If Atlanta wins the game or leads when it is halted, then the market resolves to Yes',
    'If Atlanta wins the game, unless it is replayed, then the market resolves to Yes',
    'If Atlanta wins the game if it is played, then the market resolves to Yes',
    'If Atlanta wins the game, then the market resolves to Yes unless it is replayed',
    'Unless Atlanta loses the game, if it is played, then the market resolves to Yes',
  ])('refuses a question with a condition of its own: %s', (question) => {
    expect(mlb(POSTPONED, `${question}.`)).toEqual(notUnderstood(question))
    expect(soccer('', `${question}.`)).toEqual(notUnderstood(question))
  })
  it('takes the full stops of names for no end of the question', () => {
    const question =
      'If St. Louis wins the Atlanta vs St. Louis professional baseball game originally scheduled for Jul 5, 2026 at 12:30 PM EDT'
    expect(mlb('', `${question}, then the market resolves to Yes.`)).toBe('none')
    expect(mlb('', `${question}, then the market resolves to Yes. If it is halted, the leader counts.`)).toEqual(
      notUnderstood('If it is halted, the leader counts'),
    )
  })
  it('refuses where one market of the event alone says it', () => {
    const [mets, braves] = event('KXMLBGAME-26JUL051230NYMATL', { NYM: '', ATL: '' }, { rulesSecondary: CANCELLED })
    if (!mets || !braves) throw new Error('two markets')
    expect(tieOf([mets, { ...braves, rulesSecondary: 'If the game is cancelled, the market resolves to No.' }])).toMatchObject({
      value: 'unknown',
    })
    expect(tieOf([mets, { ...braves, rulesSecondary: HALVES }])).toEqual({
      value: 'unknown',
      why: 'the rules do not say one thing: nothing, 0.5',
    })
  })
  it('refuses a no contest where nobody fights', () =>
    expect(nfl('If the game is a tie or a no contest, the market will resolve to 50/50.')).toEqual({
      value: 'unknown',
      why: 'a no contest in NFL',
    }))
})

it('a fight pays half of a dollar in every wording that is known', () => {
  for (const rules of [
    'If the following fight ends in a draw or no contest, the market will resolve to 50/50. If the fight is cancelled, the market will resolve to a fair price for each fighter in accordance with the rules.',
    'If the fight is declared a tie or no contest, the market will resolve to 50/50 for both fighters. If the fight is cancelled or rescheduled to over two weeks away, the market will resolve to a fair price in accordance with the rules.',
  ])
    expect(fight(rules)).toEqual({ value: 0.5 })
})

it('a tie with a market of its own pays that one', () => {
  expect(soccer(`If the game ends in a tie, the market called "Tie" resolves to Yes. ${CANCELLED}`)).toBe('none')
  for (const sentence of ['If the game ends in a tie, the market will resolve to 50/50', 'If the game is tied, extra time decides'])
    for (const [secondary, primary] of [
      [`${sentence}.`, ''],
      ['', `${sentence}.`],
    ] as const)
      expect(soccer(secondary, primary)).toEqual(notUnderstood(sentence))
  const asked = 'If Tie is the result of the USA vs Bosnia and Herzegovina soccer game, then the market resolves to Yes'
  expect(soccer('', `${asked}.`)).toBe('none')
  expect(mlb('', `${asked}.`)).toEqual(notUnderstood(asked))
})

it('a game of spring training is not asked about: its ties are common, and nothing says how often', () => {
  const markets = event('KXMLBGAME-26MAR051305NYMATL', { NYM: 'New York M', ATL: 'Atlanta' })
  const told = (sport: string) => [game('x', sport, 'New York Mets at Atlanta Braves', '2026-03-05T18:05:00Z')]
  expect(matchGames(markets, told('baseball_mlb'))).toMatchObject([{ status: 'confirmed' }])
  expect(matchGames(markets, told('baseball_mlb_preseason'))).toMatchObject([{ status: 'none', oddsEventId: null }])
})

recordings('the recorded rules', () => {
  it('are understood, all of them', async () => {
    const markets = await readMarkets(path.join(SHARED, MARKET_LIST))
    const mappings = matchGames(
      markets.filter(({ seriesTicker }) => typeof winnerSeries(seriesTicker) !== 'string'),
      [],
    )
    expect(mappings.length).toBeGreaterThan(150)
    expect(mappings.filter(({ tie }) => tie !== 'none' && tie.value === 'unknown')).toEqual([])
    const told = new Set(mappings.map(({ league, tie }) => `${league ?? ''} ${tie === 'none' ? tie : tie.value}`))
    expect([...told].sort()).toEqual(['KBO 0.5', 'MLB none', 'NCAAF none', 'NFL 0.5', 'SOCCER none', 'WNBA none'])
  })
})
