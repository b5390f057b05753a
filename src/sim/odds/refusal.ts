const DETAILS = 'https://the-odds-api.com/liveapi/guides/v4/api-error-codes.html'

/** An answer that is not a success, in the source's words: `{"message","error_code","details_url"}`. */
export class OddsRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }

  get body(): unknown {
    return { message: this.message, error_code: this.code, details_url: `${DETAILS}#${this.code.toLowerCase().replaceAll('_', '-')}` }
  }
}

export const missingKey = (): OddsRefusal =>
  new OddsRefusal(401, 'MISSING_KEY', 'API key is missing. Pass in your API key as the apiKey query parameter')
export const invalidKey = (): OddsRefusal => new OddsRefusal(401, 'INVALID_KEY', 'API key is not valid. See usage plans for getting a key')
export const outOfCredits = (): OddsRefusal =>
  new OddsRefusal(401, 'OUT_OF_USAGE_CREDITS', 'Usage quota has been reached. See usage plans for increasing it')
export const tooMany = (): OddsRefusal =>
  new OddsRefusal(429, 'EXCEEDED_FREQ_LIMIT', 'Requests are too frequent. Space them out over several seconds')
export const unprocessable = (code: string, message: string): OddsRefusal => new OddsRefusal(422, code, message)
export const notFound = (code: string, message: string): OddsRefusal => new OddsRefusal(404, code, message)
