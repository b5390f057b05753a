import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { disagreements } from './rig'

/**
 * Trades that ran under earlier code and may still be running when the code changes: it must decide as they did. To save them anew, after
 * a change that is meant to break them (no trade may be running then):
 *   CROSSBOOK_SAVE_HISTORIES=1 npx jest --selectProjects workflows --testPathPatterns outcomes && npx prettier --write test/histories
 */
const FOLDER = path.join(__dirname, '..', 'histories')
/** A history in git is read in reviews. */
const SIZE_MAX = 60_000
const names = readdirSync(FOLDER).filter((file) => file.endsWith('.json'))

interface Saved {
  readonly events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[]
}
const saved = (file: string): Saved => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Saved

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } })
})

describe('saved histories', () => {
  it('are those of a trade that was locked, one that was unwound, one that was refused', () =>
    expect(names.sort()).toEqual(['locked.json', 'refused.json', 'unwound-with-cure.json']))

  it('replay without a difference', async () => {
    const histories = names.map((file) => ({ workflowId: file, history: saved(file) }))
    expect(await disagreements(histories)).toEqual([])
  }, 30_000)

  it('would not, had the saga called another activity', async () => {
    const history = saved('locked.json')
    const placed = history.events.find(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType.name === 'place')
    if (placed?.activityTaskScheduledEventAttributes) placed.activityTaskScheduledEventAttributes.activityType.name = 'finish'
    expect(await disagreements([{ workflowId: 'locked', history }])).toEqual([expect.stringContaining('Nondeterminism')])
  }, 30_000)

  it.each(names)('%s is small', (file) => expect(statSync(path.join(FOLDER, file)).size).toBeLessThan(SIZE_MAX))
})
