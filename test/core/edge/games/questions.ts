import type { ListedMarket } from '../../../../src/core/edge/games/game'
import { event, game, METS, mets, metsEvent, only, type Case } from './fixture'

const MLB = 'baseball_mlb'
const { fetchedMs: later } = game('', MLB, METS, null, '2026-07-05T20:00:00Z')
const ofTeams = (title: string): readonly ListedMarket[] => event('KXMLBGAME-26JUL051230NYMATL', { NYM: '', ATL: '' }, { title })

/** Other teams and other questions on the right day. */
export const QUESTIONS: readonly Case[] = [
  [
    'another club of the same city',
    [metsEvent],
    [game('yankees', MLB, 'New York Yankees at Atlanta Braves', '2026-07-05T16:30:00Z')],
    only(metsEvent, ['review', /only one of NYM and ATL plays/]),
  ],
  [
    'other clubs of two cities',
    [event('KXMLBGAME-26JUL051230LAACHC', { LAA: '', CHC: '' })],
    [game('x', MLB, 'Los Angeles Dodgers at Chicago White Sox', '2026-07-05T16:30:00Z')],
    { 'KXMLBGAME-26JUL051230LAACHC': ['none', /no game of LAA and CHC/] },
  ],
  [
    'the same city in another sport',
    [event('KXWNBAGAME-26JUL15SEACHI', { SEA: '', CHI: '' })],
    [game('nba', 'basketball_nba', 'Chicago Bulls at Seattle Storm', '2026-07-15T16:00:00Z')],
    { 'KXWNBAGAME-26JUL15SEACHI': ['none', /no game/] },
  ],
  [
    'two games of the source at one hour',
    [metsEvent],
    [mets, { ...mets, eventId: 'ghost' }],
    only(metsEvent, ['review', /2 games of the source fit/]),
  ],
  [
    'two events at Kalshi, and one game',
    [metsEvent, event('KXMLBGAME-26JUL051235NYMATL', { NYM: '', ATL: '' })],
    [mets],
    { ...only(metsEvent, ['review', /Kalshi lists 2 games/]), 'KXMLBGAME-26JUL051235NYMATL': ['review', /Kalshi lists 2 games/] },
  ],
  [
    'an id that had other teams',
    [metsEvent],
    [game('mets', MLB, 'New York Mets at Miami Marlins', '2026-07-05T16:30:00Z'), { ...mets, fetchedMs: later }],
    only(metsEvent, ['review', /other teams under the id/]),
  ],
  ['no start told', [metsEvent], [game('mets', MLB, METS, null)], only(metsEvent, ['review', /no start told/])],
  [
    'the All-Star game among the games',
    [event('KXMLBGAME-26JUL142000ALNL', { AL: 'AL', NL: 'NL' }, { title: 'AL vs NL Winner?' })],
    [game('stars', MLB, 'National League at American League', '2026-07-15T00:01:00Z')],
    { 'KXMLBGAME-26JUL142000ALNL': 'stars' },
  ],
  [
    'the All-Star game as a series of its own',
    [event('KXMLBASGAME-26JUL14ALNL', { AL: '' })],
    [game('stars', MLB, 'National League at American League', '2026-07-15T00:01:00Z')],
    { 'KXMLBASGAME-26JUL14ALNL': ['none', /exhibition/] },
  ],
  [
    'the Futures game',
    [event('KXMLBFTGAME-26JUL121200ALNL', { AL: '' })],
    [game('stars', MLB, 'National League at American League', '2026-07-12T16:00:00Z')],
    { 'KXMLBFTGAME-26JUL121200ALNL': ['none', /exhibition/] },
  ],
  [
    'a summer league',
    [event('KXNBASUMMERGAME-26JUL09CHAORL', { CHA: '' })],
    [game('x', 'basketball_nba', 'Charlotte Hornets at Orlando Magic', '2026-07-09T23:00:00Z')],
    { 'KXNBASUMMERGAME-26JUL09CHAORL': ['none', /summer league/] },
  ],
  ['e-sports', [event('KXCS2GAME-26JUL091400MGCEAC', { EAC: '' })], [mets], { 'KXCS2GAME-26JUL091400MGCEAC': ['none', /e-sports/] }],
  [
    'a spread',
    [event('KXMLBSPREAD-26JUL051230NYMATL', { NYM2: '' })],
    [mets],
    { 'KXMLBSPREAD-26JUL051230NYMATL': ['none', /by how much/] },
  ],
  ['a total', [event('KXMLBTOTAL-26JUL051230NYMATL', { 9: '' })], [mets], { 'KXMLBTOTAL-26JUL051230NYMATL': ['none', /how many/] }],
  [
    'a player',
    [event('KXMLBKS-26JUL051230NYMATL', { NYMX: '' })],
    [mets],
    { 'KXMLBKS-26JUL051230NYMATL': ['none', /no question of who wins/] },
  ],
  [
    'a series winner',
    [event('KXMLBSERIES-26JUL05NYMATL', { NYM: '' })],
    [mets],
    { 'KXMLBSERIES-26JUL05NYMATL': ['none', /wins a series/] },
  ],
  [
    'a combination',
    [event('KXMVESPORTSMULTIGAMEEXTENDED-26JUL05', { A: '' })],
    [mets],
    { 'KXMVESPORTSMULTIGAMEEXTENDED-26JUL05': ['none', /combination/] },
  ],
  [
    'a series winner under the ticker of a game',
    [ofTeams('New York M vs Atlanta series winner?')],
    [mets],
    only(metsEvent, ['none', /"series"/]),
  ],
  [
    'half a game under the ticker of a game',
    [ofTeams('New York M vs Atlanta: first five innings winner?')],
    [mets],
    only(metsEvent, ['none', /something else than the winner/]),
  ],
  [
    'a title about another team',
    [ofTeams('New York Y vs Atlanta Winner?')],
    [mets],
    only(metsEvent, ['review', /the title names "New York Y"/]),
  ],
  [
    'a side shown as another team',
    [event('KXMLBGAME-26JUL051230NYMATL', { NYM: 'New York Y', ATL: '' })],
    [mets],
    only(metsEvent, ['review', /Kalshi shows "New York Y"/]),
  ],
  [
    'rules about another day',
    [
      event(
        'KXMLBGAME-26JUL051230NYMATL',
        { NYM: '' },
        { rulesPrimary: 'If New York M wins the game originally scheduled for Jul 6, 2026 at 12:30 PM EDT, then' },
      ),
    ],
    [mets],
    only(metsEvent, ['review', /the rules are about 2026-07-06/]),
  ],
  [
    'rules about another hour',
    [event('KXMLBGAME-26JUL051230NYMATL', { NYM: '' }, { rulesPrimary: 'originally scheduled for Jul 5, 2026 at 7:05 PM EDT' })],
    [mets],
    only(metsEvent, ['review', /the rules say 19:05/]),
  ],
  [
    'a side that does not play',
    [event('KXMLBGAME-26JUL051230NYMATL', { NYM: '', NYY: '' })],
    [mets],
    only(metsEvent, ['review', /NYMATL is not two codes/]),
  ],
  [
    'a tie among two teams',
    [event('KXMLBGAME-26JUL051230NYMATL', { NYM: '', TIE: '' })],
    [mets],
    only(metsEvent, ['review', /a market TIE/]),
  ],
  ['a day that is none', [event('KXNBAGAME-26FEB30BOSNYK', { BOS: '' })], [mets], { 'KXNBAGAME-26FEB30BOSNYK': ['review', /no such day/] }],
  [
    'an unknown college',
    [event('KXNCAAFGAME-26AUG29ZZZTCU', { ZZZ: 'Zzz', TCU: 'TCU' })],
    [mets],
    { 'KXNCAAFGAME-26AUG29ZZZTCU': ['review', /ZZZ is no code of NCAAF/] },
  ],
  [
    'a college of a like code',
    [event('KXNCAAFGAME-26SEP19MSUND', { MSU: 'Mississippi St.', ND: 'Notre Dame' })],
    [game('x', 'americanfootball_ncaaf', 'Michigan State Spartans at Notre Dame Fighting Irish', '2026-09-19T19:30:00Z')],
    { 'KXNCAAFGAME-26SEP19MSUND': ['review', /MSU is Michigan State Spartans/] },
  ],
  [
    'a college',
    [event('KXNCAAFGAME-26AUG29HAWSTAN', { HAW: "Hawai'i", STAN: 'Stanford' })],
    [game('x', 'americanfootball_ncaaf', 'Hawaii Rainbow Warriors at Stanford Cardinal', '2026-08-29T20:00:00Z')],
    { 'KXNCAAFGAME-26AUG29HAWSTAN': 'x' },
  ],
  [
    'preseason',
    [event('KXNFLGAME-26AUG06CARARI', { CAR: 'Carolina', ARI: 'Arizona' })],
    [game('x', 'americanfootball_nfl_preseason', 'Carolina Panthers at Arizona Cardinals', '2026-08-07T00:00:00Z')],
    { 'KXNFLGAME-26AUG06CARARI': 'x' },
  ],
  [
    'a club whose name is written otherwise',
    [event('KXMLSGAME-26JUL16CHIVAN', { CHI: 'Chicago Fire', VAN: 'Vancouver', TIE: 'Tie' })],
    [game('x', 'soccer_usa_mls', 'Vancouver Whitecaps FC at Chicago Fire', '2026-07-17T00:30:00Z')],
    { 'KXMLSGAME-26JUL16CHIVAN': ['review', /only one of/] },
  ],
  [
    'a club that only its place in the title names',
    [event('KXMLSGAME-26JUL16CHIVAN', { CHI: '', VAN: '', TIE: '' }, { title: 'Chicago Fire vs Vancouver Whitecaps FC Winner?' })],
    [game('x', 'soccer_usa_mls', 'Vancouver Whitecaps FC at Chicago Fire', '2026-07-17T00:30:00Z')],
    { 'KXMLSGAME-26JUL16CHIVAN': ['review', /only its place in the title says that KXMLSGAME-26JUL16CHIVAN-CHI is "chicago fire"/] },
  ],
  [
    'a club beside one that only its place names',
    [event('KXMLSGAME-26JUL16CHIVAN', { CHI: 'Chicago Fire', VAN: '' }, { title: 'Chicago Fire vs Vancouver Whitecaps FC Winner?' })],
    [game('x', 'soccer_usa_mls', 'Vancouver Whitecaps FC at Chicago Fire', '2026-07-17T00:30:00Z')],
    { 'KXMLSGAME-26JUL16CHIVAN': ['review', /only its place/] },
  ],
  [
    'a club that shares the code of a nation',
    [event('KXMLSGAME-26JUL16CANVAN', { CAN: '', VAN: 'Vancouver Whitecaps FC' }, { title: 'Canton vs Vancouver Whitecaps FC Winner?' })],
    [game('x', 'soccer_usa_mls', 'Vancouver Whitecaps FC at Canton', '2026-07-17T00:30:00Z')],
    { 'KXMLSGAME-26JUL16CANVAN': ['review', /only its place/] },
  ],
  [
    'a nation without a known code, named by its place alone',
    [event('KXWCGAME-26JUL10XYZFRA', { XYZ: '', FRA: '', TIE: '' }, { title: 'Wales vs France Winner?' })],
    [game('x', 'soccer_fifa_world_cup', 'Wales at France', '2026-07-10T19:00:00Z')],
    { 'KXWCGAME-26JUL10XYZFRA': ['review', /only its place in the title says that KXWCGAME-26JUL10XYZFRA-XYZ is "wales"/] },
  ],
  [
    'a nation shown as the other one',
    [event('KXWCGAME-26JUL10ESPFRA', { ESP: 'Reg Time: France', FRA: 'Reg Time: Spain' }, { title: 'Spain vs France Winner?' })],
    [game('x', 'soccer_fifa_world_cup', 'Spain at France', '2026-07-10T19:00:00Z')],
    { 'KXWCGAME-26JUL10ESPFRA': ['review', /ESP is spain, but Kalshi shows "France"/] },
  ],
  [
    'a nation by its code that the title does not name',
    [event('KXWCGAME-26JUL10ESPFRA', { ESP: '', FRA: '' }, { title: 'Portugal vs France Winner?' })],
    [game('x', 'soccer_fifa_world_cup', 'Spain at France', '2026-07-10T19:00:00Z')],
    { 'KXWCGAME-26JUL10ESPFRA': ['review', /the title names "Portugal"/] },
  ],
  [
    'a fight',
    [
      event(
        'KXUFCFIGHT-26JUL11MCGHOL',
        { MCG: 'Conor McGregor', HOL: 'Max Holloway' },
        { title: 'Will Max Holloway win the McGregor vs Holloway professional MMA fight?' },
      ),
    ],
    [game('x', 'mma_mixed_martial_arts', 'Max Holloway at Conor McGregor', '2026-07-12T02:00:00Z')],
    { 'KXUFCFIGHT-26JUL11MCGHOL': 'x' },
  ],
  [
    'a fight of a namesake',
    [event('KXUFCFIGHT-26JUL11MCGHOL', { MCG: 'Conor McGregor', HOL: 'Max Holloway' })],
    [game('x', 'mma_mixed_martial_arts', 'Sam Holloway at Conor McGregor', '2026-07-12T02:00:00Z')],
    { 'KXUFCFIGHT-26JUL11MCGHOL': ['review', /only one of/] },
  ],
  [
    'a college whose code is known and whose name is not',
    [event('KXNCAAFGAME-26SEP19MSUND', { MSU: 'Murray St.', ND: 'Notre Dame' })],
    [game('x', 'americanfootball_ncaaf', 'Michigan State Spartans at Notre Dame Fighting Irish', '2026-09-19T19:30:00Z')],
    { 'KXNCAAFGAME-26SEP19MSUND': ['review', /which nothing here says is the same/] },
  ],
]
