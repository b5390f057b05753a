/** The faults of the odds source, with the fields each may be armed with beside `sport`, by which all are aimed. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  timeout: [],
  slow: ['ms'],
  '500': ['status'],
  rate_limit: [],
  refused_key: [],
  out_of_credits: [],
  html: [],
  cut_body: [],
  half_body: [],
  no_quota: [],
  clock_ahead: ['ms'],
  clock_behind: ['ms'],
  stale_lines: ['ms', 'book'],
  missing_book: ['book'],
  one_sided: ['book'],
  moved_game: ['ms', 'event_id'],
  started_game: ['ms', 'event_id'],
}
export const ODDS_FAULTS: ReadonlySet<string> = new Set(Object.keys(FAULTS))
export const ODDS_FAULT_FIELDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(FAULTS).map(([name, fields]) => [name, ['sport', ...fields]]),
)
