import { FAILURES, type FailureName } from '../core/failures'
import type { Log } from '../ports/log'
import type { Family } from './metrics'

/** A log that counts what it is told of the failures in the runbook, by name. */
export interface CountingLog extends Log {
  /** Every failure, those that never came with 0. */
  alarms(): ReadonlyMap<FailureName, number>
  /** Calls `hear` with each line that tells a failure, or its end, from now on; it must not wait, nor write to this log. */
  onAlarm(hear: AlarmHearer): void
}
/** @param ends the line says that the failure is over */
export type AlarmHearer = (name: FailureName, fields: object, message: string, ends: boolean) => void

/**
 * A line tells a failure that it begins with (`bug: …`), or that it names as `failure`. Lines of debug and info tell none; one of info may name as `ended`
 * what is over.
 */
export function countAlarms(log: Log): CountingLog {
  const hearers: AlarmHearer[] = []
  const counts = new Map<FailureName, number>(Object.values(FAILURES).map((name) => [name, 0]))
  const counted =
    (write: Log['error']): Log['error'] =>
    (fields, message) => {
      for (const [name, count] of counts) {
        if (!tells(name, fields, message)) continue
        counts.set(name, count + 1)
        for (const hear of hearers) hear(name, fields, message, false)
      }
      write(fields, message)
    }
  const info: Log['info'] = (fields, message) => {
    const name = 'ended' in fields ? [...counts.keys()].find((each) => each === fields.ended) : undefined
    if (name !== undefined) for (const hear of hearers) hear(name, fields, message, true)
    log.info(fields, message)
  }
  return {
    ...{ debug: log.debug, info, warn: counted(log.warn), error: counted(log.error) },
    alarms: () => counts,
    onAlarm: (hear) => void hearers.push(hear),
  }
}

const tells = (name: FailureName, fields: object, message: string): boolean =>
  message === name || message.startsWith(`${name}:`) || ('failure' in fields && fields.failure === name)

export const alarmMeasure = (log: Pick<CountingLog, 'alarms'>): Family => ({
  name: 'crossbook_alarms_total',
  help: 'lines of the log that tell a failure of the runbook, by its name',
  type: 'counter',
  labels: ['failure'],
  read: () => [...log.alarms()].map(([failure, value]) => ({ labels: { failure }, value })),
})
