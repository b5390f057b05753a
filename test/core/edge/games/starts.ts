import { event, game, METS, mets, metsEvent, only, type Case } from './fixture'

const MLB = 'baseball_mlb'
const STL = { MIL: '', STL: '' }
const BREWERS = 'Milwaukee Brewers at St. Louis Cardinals'
const [first, second] = [game('first', MLB, BREWERS, '2026-07-07T18:16:00Z'), game('second', MLB, BREWERS, '2026-07-07T23:46:00Z')]
/** Rain: the first game was to begin at 14:15 and does so beside the second. */
const delayed = game('first', MLB, BREWERS, '2026-07-07T23:30:00Z', '2026-07-07T20:00:00Z')
const G1 = event('KXMLBGAME-26JUL071415MILSTLG1', STL)
const G2 = event('KXMLBGAME-26JUL071945MILSTLG2', STL)

/** Doubleheaders, delays, other days: the right teams at a doubtful time. */
export const STARTS: readonly Case[] = [
  ['a game', [metsEvent], [mets], only(metsEvent, 'mets')],
  [
    'home and away exchanged, on neutral ground',
    [metsEvent],
    [game('x', MLB, 'Atlanta Braves at New York Mets', '2026-07-05T16:30:00Z')],
    only(metsEvent, 'x'),
  ],
  ['both games of a doubleheader, by hour', [G1, G2], [second, first], { ...only(G1, 'first'), ...only(G2, 'second') }],
  [
    'a doubleheader without hours, by number',
    [event('KXMLBGAME-26JUL07MILSTLG1', STL), event('KXMLBGAME-26JUL07MILSTLG2', STL)],
    [second, first],
    { 'KXMLBGAME-26JUL07MILSTLG1': 'first', 'KXMLBGAME-26JUL07MILSTLG2': 'second' },
  ],
  [
    'one game of a doubleheader, the other not told',
    [event('KXMLBGAME-26JUL07MILSTLG2', STL)],
    [first],
    { 'KXMLBGAME-26JUL07MILSTLG2': ['review', /game 2 of two/] },
  ],
  [
    'a doubleheader of which the source tells one game',
    [G1, G2],
    [second],
    { ...only(G1, ['review', /begins at 2026-07-07 19:46/]), ...only(G2, ['review', /game 2 of two/]) },
  ],
  [
    'two games of a day without number and hour',
    [event('KXMLBGAME-26JUL07MILSTL', STL)],
    [first, second],
    { 'KXMLBGAME-26JUL07MILSTL': ['review', /2 games of the source fit/] },
  ],
  [
    'a first game delayed to the hour of the second, its schedule known',
    [G1, G2],
    [first, second, delayed],
    { ...only(G1, 'first'), ...only(G2, 'second') },
  ],
  [
    'a first game delayed to the hour of the second, its schedule not known',
    [event('KXMLBGAME-26JUL071945MILSTL', STL)],
    [delayed, second],
    { 'KXMLBGAME-26JUL071945MILSTL': ['review', /2 games of the source fit/] },
  ],
  [
    'a first game delayed to the hour of the second, and that one moved on',
    [G1, G2],
    [delayed, game('second', MLB, BREWERS, '2026-07-08T02:30:00Z')],
    { ...only(G1, ['review', /no game of these teams begins at/]), ...only(G2, ['review', /not in the same place/]) },
  ],
  [
    'an event without number, left alone with the second game',
    [event('KXMLBGAME-26JUL071415MILSTL', STL)],
    [second],
    { 'KXMLBGAME-26JUL071415MILSTL': ['review', /the only game of these teams that day begins at 2026-07-07 19:46/] },
  ],
  [
    'a rain delay from its schedule',
    [metsEvent],
    [mets, game('mets', MLB, METS, '2026-07-05T18:17:11Z', '2026-07-05T18:30:00Z')],
    only(metsEvent, 'mets'),
  ],
  [
    'a rain delay of 107 minutes, the only game that day',
    [metsEvent],
    [game('mets', MLB, METS, '2026-07-05T18:17:11Z')],
    only(metsEvent, 'mets'),
  ],
  [
    'a start 131 minutes later',
    [metsEvent],
    [game('mets', MLB, METS, '2026-07-05T18:41:00Z')],
    only(metsEvent, ['review', /the only game of these teams that day begins at/]),
  ],
  [
    'a start 31 minutes earlier',
    [metsEvent],
    [game('mets', MLB, METS, '2026-07-05T15:59:00Z')],
    only(metsEvent, ['review', /begins at 2026-07-05 11:59/]),
  ],
  ['a start 30 minutes earlier', [metsEvent], [game('mets', MLB, METS, '2026-07-05T16:00:00Z')], only(metsEvent, 'mets')],
  [
    'a delay beside another game of that day',
    [metsEvent],
    [game('mets', MLB, METS, '2026-07-05T18:17:00Z'), game('late', MLB, METS, '2026-07-05T23:10:00Z')],
    only(metsEvent, ['review', /no game of these teams begins at 2026-07-05 12:30/]),
  ],
  [
    'a game postponed to the next day',
    [metsEvent],
    [mets, game('mets', MLB, METS, '2026-07-06T17:10:00Z', '2026-07-05T20:00:00Z')],
    only(metsEvent, ['review', /has moved mets/]),
  ],
  [
    'the same teams a day later',
    [metsEvent],
    [game('monday', MLB, METS, '2026-07-06T16:30:00Z')],
    only(metsEvent, ['review', /not on 2026-07-05/]),
  ],
  [
    'the same teams a day later, which is another event',
    [metsEvent, event('KXMLBGAME-26JUL061230NYMATL', { NYM: '', ATL: '' })],
    [game('monday', MLB, METS, '2026-07-06T16:30:00Z')],
    { ...only(metsEvent, ['none', /that game is KXMLBGAME-26JUL061230NYMATL/]), 'KXMLBGAME-26JUL061230NYMATL': 'monday' },
  ],
  [
    'an evening that is the next day in UTC',
    [event('KXMLBGAME-26JUL052130BOSLAA', { BOS: '', LAA: '' })],
    [game('x', MLB, 'Boston Red Sox at Los Angeles Angels', '2026-07-06T01:31:00Z')],
    { 'KXMLBGAME-26JUL052130BOSLAA': 'x' },
  ],
  [
    'two events at Kalshi within half an hour, and three games of the source',
    [metsEvent, event('KXMLBGAME-26JUL051235NYMATL', { NYM: '', ATL: '' })],
    [mets, game('b', MLB, METS, '2026-07-05T20:00:00Z'), game('c', MLB, METS, '2026-07-05T23:00:00Z')],
    { ...only(metsEvent, ['review', /fit this one game/]), 'KXMLBGAME-26JUL051235NYMATL': ['review', /fit this one game/] },
  ],
]
