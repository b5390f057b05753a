/** What one run of calibration found of one profile. */
export interface ProfileCalibrated {
  readonly profile: string
  /** `few`: too few games have ended to say anything. */
  readonly verdict: 'holds' | 'fails' | 'few'
  /** Whole numbers by name; ratios in 1e-6, money of a contract in µ$; null: not known. */
  readonly figures: Readonly<Record<string, number | null>>
  /** Of each size, before and since, in 1e-6. */
  readonly beforePpm: number
  readonly sharePpm: number
  /** Why it is throttled; empty: it is not. */
  readonly reasons: readonly string[]
}
export interface CalibrationReport {
  readonly fromMs: number
  readonly toMs: number
  /** Why nothing could be read; null: it was. Then everything stands as it stood. */
  readonly unread: string | null
  readonly claims: number
  /** Of these it is not known how their market ended. */
  readonly unknown: number
  /** Markets of which the venue told how they stand. */
  readonly asked: number
  /** Markets to be asked for that were not, or not answered: the first of the next run. */
  readonly left: number
  /** Markets whose result was known and is another one now, or none: the figures count what the venue says now. */
  readonly changed: readonly string[]
  readonly profiles: readonly ProfileCalibrated[]
}

export interface CalibrationActivities {
  /** Follows the signals of the configured days to their ends, judges each profile, keeps the verdicts, and alarms where one is throttled. Trades nothing. */
  calibrateProfiles(): Promise<CalibrationReport>
}
