import { teamTable, type TeamRow } from './league'

/** The thirty clubs: market-math §8. Kalshi writes AZ since 2026. */
const CLUBS: readonly TeamRow[] = [
  ['AZ ARI', 'Arizona Diamondbacks', 'Arizona'],
  ['ATL', 'Atlanta Braves', 'Atlanta'],
  ['BAL', 'Baltimore Orioles', 'Baltimore'],
  ['BOS', 'Boston Red Sox', 'Boston'],
  ['CHC', 'Chicago Cubs', 'Chicago C'],
  ['CWS CHW', 'Chicago White Sox', 'Chicago WS'],
  ['CIN', 'Cincinnati Reds', 'Cincinnati'],
  ['CLE', 'Cleveland Guardians', 'Cleveland'],
  ['COL', 'Colorado Rockies', 'Colorado'],
  ['DET', 'Detroit Tigers', 'Detroit'],
  ['HOU', 'Houston Astros', 'Houston'],
  ['KC KCR', 'Kansas City Royals', 'Kansas City'],
  ['LAA', 'Los Angeles Angels', 'Los Angeles A'],
  ['LAD', 'Los Angeles Dodgers', 'Los Angeles D'],
  ['MIA', 'Miami Marlins', 'Miami'],
  ['MIL', 'Milwaukee Brewers', 'Milwaukee'],
  ['MIN', 'Minnesota Twins', 'Minnesota'],
  ['NYM', 'New York Mets', 'New York M'],
  ['NYY', 'New York Yankees', 'New York Y'],
  ['ATH OAK', 'Athletics', "A's", 'Oakland Athletics'],
  ['PHI', 'Philadelphia Phillies', 'Philadelphia'],
  ['PIT', 'Pittsburgh Pirates', 'Pittsburgh'],
  ['SD SDP', 'San Diego Padres', 'San Diego'],
  ['SEA', 'Seattle Mariners', 'Seattle'],
  ['SF SFG', 'San Francisco Giants', 'San Francisco'],
  ['STL', 'St. Louis Cardinals', 'St. Louis'],
  ['TB TBR', 'Tampa Bay Rays', 'Tampa Bay'],
  ['TEX', 'Texas Rangers', 'Texas'],
  ['TOR', 'Toronto Blue Jays', 'Toronto'],
  ['WSH WAS', 'Washington Nationals', 'Washington'],
]

/** The sides of the All-Star game, which both sources list among the games of the league (KXMLBGAME-26JUL142000ALNL). */
const ALL_STARS: readonly TeamRow[] = [
  ['AL', 'American League', 'American League'],
  ['NL', 'National League', 'National League'],
]

export const MLB_CLUBS = CLUBS.length
export const MLB = teamTable([...CLUBS, ...ALL_STARS])
