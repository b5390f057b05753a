import { ConfigurationError, environment } from '../../../config/environment'
import { loadConfig, type Config } from '../../../config/load'
import { followClock } from '../../../wiring/clock'

/** @throws ConfigurationError when nothing runs here, or this stack keeps no record. */
export function recordHere(): { readonly config: Config; readonly httpUrl: string } {
  const config = followClock(loadConfig(environment()))
  const { questdb } = config.endpoints
  if (questdb === null)
    throw new ConfigurationError('this stack keeps no record: install Maven and Java 17 or newer, then npm run setup and npm start')
  return { config, httpUrl: questdb.httpUrl }
}

/** @param name of the option. @throws RangeError for what is no whole number from 1 to `max`. */
export function wholeNumber(name: string, text: string, max: number, why: string): number {
  const value = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= max)) throw new RangeError(`--${name} takes a whole number from 1 to ${max}, not "${text}": ${why}`)
  return value
}
