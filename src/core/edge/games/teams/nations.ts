import { spelling } from '../../../market/reading/words'

/** Spellings of one nation, the odds source's first: exact aliases, nothing is guessed. */
const NATIONS: readonly (readonly string[])[] = [
  ['USA', 'United States'],
  ['South Korea', 'Republic of Korea', 'Korea Republic'],
  ['North Korea', 'Korea DPR'],
  ['Ivory Coast', "Cote d'Ivoire"],
  ['Turkey', 'Turkiye'],
  ['Czech Republic', 'Czechia'],
  ['Bosnia & Herzegovina', 'Bosnia and Herzegovina'],
  ['DR Congo', 'Congo DR', 'Democratic Republic of the Congo'],
  ['Cape Verde', 'Cabo Verde'],
  ['Iran', 'IR Iran'],
  ['China', 'China PR'],
  ['United Arab Emirates', 'UAE'],
  ['Trinidad and Tobago', 'Trinidad & Tobago'],
]
const FIRST = new Map(NATIONS.flatMap(([first = '', ...others]) => [first, ...others].map((name) => [spelling(name), spelling(first)])))

/** One spelling of a nation, a club or a fighter: two names are the same one when these are. */
export const oneSpelling = (name: string): string => FIRST.get(spelling(name)) ?? spelling(name)

/**
 * The nations of the World Cup by Kalshi's code: FIFA's, and another one where Kalshi was seen to write it (DZA). A nation that is not here is known by its
 * shown name alone.
 */
const CODES: readonly (readonly [codes: string, name: string])[] = [
  ['ALG DZA', 'Algeria'],
  ['ARG', 'Argentina'],
  ['AUS', 'Australia'],
  ['AUT', 'Austria'],
  ['BEL', 'Belgium'],
  ['BIH', 'Bosnia & Herzegovina'],
  ['BRA', 'Brazil'],
  ['CAN', 'Canada'],
  ['CIV', 'Ivory Coast'],
  ['COD', 'DR Congo'],
  ['COL', 'Colombia'],
  ['CPV', 'Cape Verde'],
  ['CRO', 'Croatia'],
  ['CUW', 'Curaçao'],
  ['CZE', 'Czech Republic'],
  ['ECU', 'Ecuador'],
  ['EGY', 'Egypt'],
  ['ENG', 'England'],
  ['ESP', 'Spain'],
  ['FRA', 'France'],
  ['GER', 'Germany'],
  ['GHA', 'Ghana'],
  ['HAI', 'Haiti'],
  ['IRN', 'Iran'],
  ['IRQ', 'Iraq'],
  ['JOR', 'Jordan'],
  ['JPN', 'Japan'],
  ['KOR', 'South Korea'],
  ['KSA', 'Saudi Arabia'],
  ['MAR', 'Morocco'],
  ['MEX', 'Mexico'],
  ['NED', 'Netherlands'],
  ['NOR', 'Norway'],
  ['NZL', 'New Zealand'],
  ['PAN', 'Panama'],
  ['PAR', 'Paraguay'],
  ['POR', 'Portugal'],
  ['QAT', 'Qatar'],
  ['RSA', 'South Africa'],
  ['SCO', 'Scotland'],
  ['SEN', 'Senegal'],
  ['SUI', 'Switzerland'],
  ['SWE', 'Sweden'],
  ['TUN', 'Tunisia'],
  ['TUR', 'Turkey'],
  ['URU', 'Uruguay'],
  ['USA', 'USA'],
  ['UZB', 'Uzbekistan'],
]
const OF_CODE = new Map(CODES.flatMap(([codes, name]) => codes.split(' ').map((code) => [code, oneSpelling(name)])))

/** The one spelling of a nation by Kalshi's code; null: unknown here. For series of nations alone: clubs have the same codes. */
export const nationOfCode = (code: string): string | null => OF_CODE.get(code) ?? null
