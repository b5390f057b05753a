import { matchGames } from '../../../../src/core/edge/games/match'
import { oddsSportOf } from '../../../../src/core/edge/games/series'
import { event, game } from './fixture'

const mlb = event('KXMLBGAME-26JUL051230NYMATL', { NYM: 'New York M', ATL: 'Atlanta' })
const mets = game('mets', 'baseball_mlb', 'New York Mets at Atlanta Braves', '2026-07-05T16:31:00Z')
const NFL_RULES =
  'The following market refers to the team who wins the Cleveland vs Jacksonville professional football game originally scheduled for Sep 13, 2026. If the game ends in a tie, the market will resolve to $0.50 for each team. If the game is postponed but begins within 48 hours from its originally scheduled start time, the market will remain open and resolve based on the official final result. If the game is not started within 48 hours, the market will resolve to a fair market price.'

describe('a mapping', () => {
  it('names the outcome of each market as the source does, the start by the ticker, and its evidence', () => {
    expect(matchGames(mlb, [mets])).toEqual([
      {
        ...{ kalshiEvent: 'KXMLBGAME-26JUL051230NYMATL', oddsEventId: 'mets', status: 'confirmed', sport: 'baseball_mlb', league: 'MLB' },
        startMs: Date.parse('2026-07-05T16:30:00Z'),
        yesTeams: { 'KXMLBGAME-26JUL051230NYMATL-NYM': 'New York Mets', 'KXMLBGAME-26JUL051230NYMATL-ATL': 'Atlanta Braves' },
        tie: 'none',
        reasons: ['NYM and ATL on 2026-07-05', '2026-07-05 12:31 at the source, 1 min later'],
      },
    ])
  })

  it('B3: holds no price, whatever the market object that it was made of held', () => {
    const quoted = mlb.map((market) => ({ ...market, yes_ask_dollars: '0.4200', last_price_dollars: '0.4100' }))
    expect(matchGames(quoted, [mets])).toEqual(matchGames(mlb, [mets]))
    expect(JSON.stringify(matchGames(quoted, [mets]))).not.toContain('0.4')
  })

  it('starts at the earliest start told where the ticker has no hour (ruling 4)', () => {
    const wnba = event('KXWNBAGAME-26JUL15GSIND', { GS: '', IND: '' })
    const told = (commence: string, fetched: string) =>
      game('x', 'basketball_wnba', 'Golden State Valkyries at Indiana Fever', commence, fetched)
    const [mapping] = matchGames(wnba, [
      told('2026-07-16T00:10:00Z', '2026-07-15T12:00:00Z'),
      told('2026-07-16T00:07:50Z', '2026-07-16T00:30:00Z'),
    ])
    expect(mapping).toMatchObject({ status: 'confirmed', startMs: Date.parse('2026-07-16T00:07:50Z') })
  })

  it('maps the three outcomes of soccer, by name or by its nation’s code, with the tie as an outcome of its own', () => {
    const source = [game('x', 'soccer_fifa_world_cup', 'Bosnia & Herzegovina at USA', '2026-07-02T00:00:00Z')]
    const ticker = 'KXWCGAME-26JUL01USABIH'
    const shown = event(ticker, { USA: 'Reg Time: United States', BIH: 'Reg Time: Bosnia and Herzegovina', TIE: 'Reg Time: Tie' })
    const coded = (title: string): ReturnType<typeof event> => event(ticker, { USA: '', BIH: '', TIE: '' }, { title })
    // the order of the title says nothing
    for (const markets of [shown, coded('USA vs Bosnia & Herzegovina Winner?'), coded('Bosnia & Herzegovina vs USA Winner?')])
      expect(matchGames(markets, source)).toMatchObject([
        {
          ...{ status: 'confirmed', league: 'SOCCER', tie: 'none' },
          yesTeams: { [`${ticker}-USA`]: 'USA', [`${ticker}-BIH`]: 'Bosnia & Herzegovina', [`${ticker}-TIE`]: 'Draw' },
        },
      ])
  })

  it.each([
    ['half', NFL_RULES, { value: 0.5 }],
    ['half, in other words', 'If the game ends in a tie the markets will resolve to 50/50.', { value: 0.5 }],
    ['nothing', 'If the game ends in a tie, all markets resolve to No.', { value: 0 }],
    ['what is not said', '', { value: 'unknown' }],
    ['what is said in words that are not known', 'If the game ends in a tie, see the contract terms.', { value: 'unknown' }],
  ])('knows what a tie pays: %s', (_what, rulesSecondary, tie) => {
    const nfl = event('KXNFLGAME-26SEP13CLEJAC', { CLE: 'Cleveland', JAC: 'Jacksonville' }, { rulesSecondary })
    expect(matchGames(nfl, [])).toMatchObject([{ status: 'none', tie }])
  })

  it.each([
    ['both alike', 'If the fight is a draw or a no contest, the market will resolve to 50/50.', { value: 0.5 }],
    ['both alike, apart', 'If the fight ends in a draw, both resolve to No. If it is a no contest, both resolve to No.', { value: 0 }],
    ['the draw alone', 'If the fight is a draw, the market will resolve to 50/50.', { value: 'unknown' }],
    ['not alike', 'If the fight is a draw it resolves to 50/50. If it is a no contest, both resolve to No.', { value: 'unknown' }],
  ])('knows what a fight without a winner pays: %s', (_what, rulesSecondary, tie) => {
    const fight = event('KXUFCFIGHT-26JUL11MCGHOL', { MCG: 'Conor McGregor', HOL: 'Max Holloway' }, { rulesSecondary })
    expect(matchGames(fight, [])).toMatchObject([{ tie }])
  })

  it('does not know what a tie pays where the markets of an event contradict each other', () => {
    const [cleveland, jacksonville] = event('KXNFLGAME-26SEP13CLEJAC', { CLE: '', JAC: '' }, { rulesSecondary: NFL_RULES })
    if (!cleveland || !jacksonville) throw new Error('two markets')
    expect(matchGames([cleveland, { ...jacksonville, rulesSecondary: '' }], [])).toMatchObject([{ tie: { value: 'unknown' } }])
  })

  it('is the same in whatever order markets and games of different fetches are told', () => {
    const later = game('mets', 'baseball_mlb', 'New York Mets at Atlanta Braves', '2026-07-05T18:17:00Z', '2026-07-05T18:30:00Z')
    expect(matchGames([...mlb].reverse(), [later, mets])).toEqual(matchGames(mlb, [mets, later]))
  })
})

it('a series is of one sport of the source, or of none', () => {
  expect(oddsSportOf('KXNFLGAME')).toBe('americanfootball_nfl')
  expect(oddsSportOf('KXWCGAME')).toBe('soccer_fifa_world_cup')
  for (const series of ['KXNFLSPREAD', 'KXNBASERIES', 'KXCS2GAME', 'KXAFLGAME', 'KXFED', 'toString', ''])
    expect(oddsSportOf(series)).toBeNull()
})
