import type { Config } from '../../config/load'
import type { Log } from '../../ports/log'
import { CaptureKeeper } from '../../stores/files/capture/keeper'
import type { Database } from '../../stores/postgres/pool'
import { tradeWindows } from '../../stores/postgres/results/windows'
import { systemClock } from '../clock'

const DAY_MS = 86_400_000
const GIB = 1_024 ** 3
const SECOND_MS = 1_000

/** Bounds the captures of this machine, and keeps those of each trade's time. */
export function createCaptureKeeper({ dataDir, venues: { capture } }: Config, database: Database, log: Log): CaptureKeeper {
  return new CaptureKeeper({
    dataDir,
    ring: { bytes: capture.keep_gib * GIB, ageMs: capture.keep_days * DAY_MS },
    pinned: {
      bytes: capture.pinned_gib * GIB,
      ageMs: capture.pinned_days * DAY_MS,
      beforeMs: capture.pinned_seconds_before * SECOND_MS,
    },
    trades: (sinceMs) => tradeWindows(database, sinceMs),
    clock: systemClock(),
    log,
  })
}
