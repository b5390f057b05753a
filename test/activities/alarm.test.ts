import { ApplicationFailure } from '@temporalio/activity'
import { alarmed, NOT_YET } from '../../src/activities/alarm'
import { FAILURES } from '../../src/core/failures'
import { LogBook } from '../stores/doubles'
import { asActivity } from './doubles'

const named = (name: string): Error => Object.assign(new Error('away'), { name })

describe('a bug in an activity', () => {
  it('is told at each attempt, and thrown on: Temporal tries again in sight', async () => {
    const log = new LogBook()
    const { close } = alarmed({ close: () => Promise.reject(new TypeError('no such field')) }, log)
    await expect(asActivity(close)).rejects.toThrow('no such field')
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', message: FAILURES.bug, fields: { activity: 'close', error: 'no such field' } })
  })

  it.each([named('LedgerUnreachable'), named('TimeoutError'), ApplicationFailure.retryable('still unknown', NOT_YET)])(
    'is not an outage or an open question: %s',
    async (error) => {
      const log = new LogBook()
      const { resolve } = alarmed({ resolve: () => Promise.reject(error) }, log)
      await expect(asActivity(resolve)).rejects.toBe(error)
      expect(log.lines).toEqual([])
    },
  )
})
