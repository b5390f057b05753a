import { teamTable } from './league'

/** The season of 2026: codes and display names as Kalshi listed them in July. */
export const WNBA = teamTable([
  ['ATL', 'Atlanta Dream', 'Atlanta'],
  ['CHI', 'Chicago Sky', 'Chicago'],
  ['CONN CON', 'Connecticut Sun', 'Connecticut'],
  ['DAL', 'Dallas Wings', 'Dallas'],
  ['GS GSV', 'Golden State Valkyries', 'Golden State'],
  ['IND', 'Indiana Fever', 'Indiana'],
  ['LV LVA', 'Las Vegas Aces', 'Las Vegas'],
  ['LA LAS', 'Los Angeles Sparks', 'Los Angeles'],
  ['MIN', 'Minnesota Lynx', 'Minnesota'],
  ['NY NYL', 'New York Liberty', 'New York'],
  ['PHX PHO', 'Phoenix Mercury', 'Phoenix'],
  ['PDX POR', 'Portland Fire', 'Portland'],
  ['SEA', 'Seattle Storm', 'Seattle'],
  ['TOR', 'Toronto Tempo', 'Toronto'],
  ['WSH WAS', 'Washington Mystics', 'Washington'],
])
