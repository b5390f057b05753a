import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { disagreements } from './rig'

/**
 * Trades that ran under earlier code and may still be running when the code changes: it must decide as they did. To save them anew, after
 * a change that is meant to break them (no trade may be running then):
 *   CROSSBOOK_SAVE_HISTORIES=1 npx jest --selectProjects workflows --testPathPatterns 'outcomes|verdict|cure|edge' && npx prettier --write test/histories
 */
const FOLDER = path.join(__dirname, '..', 'histories')
/** A history in git is read in reviews. */
const SIZE_MAX = 60_000
const jsonIn = (folder: string): readonly string[] => readdirSync(path.join(FOLDER, folder)).filter((file) => file.endsWith('.json'))
const names = [...jsonIn('.'), ...jsonIn('before').map((file) => `before/${file}`)]

interface Saved {
  readonly events: { eventType: string; activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[]
}
const saved = (file: string): Saved => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Saved

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } })
})

describe('saved histories', () => {
  it('are those of each outcome, of a successor, and of the code before', () => {
    const outcomes = [
      'edge-held',
      'edge-sold',
      'held',
      'locked',
      'missed',
      'partly-locked',
      'refused',
      'surrendered',
      'taken-over',
      'unwound-with-cure',
    ]
    const before = ['v1-locked', 'v1-open-resolving', 'v1-refused', 'v1-unwound-with-cure', 'v2-locked', 'v2-partly-locked']
    expect(names.toSorted()).toEqual([...before.map((name) => `before/${name}`), ...outcomes].map((name) => `${name}.json`))
  })

  it('replay without a difference', async () => {
    const histories = names.map((file) => ({ workflowId: file, history: saved(file) }))
    expect(await disagreements(histories)).toEqual([])
  }, 30_000)

  it('replay without a difference where spans are told', async () => {
    const histories = names.map((file) => ({ workflowId: file, history: saved(file) }))
    const traced = {
      workflowBundle: { codePath: process.env['CROSSBOOK_TRACED_BUNDLE'] ?? '' },
      sinks: { exporter: { export: { fn: () => undefined, callDuringReplay: false } } },
    }
    expect(await disagreements(histories, traced)).toEqual([])
  }, 30_000)

  it('are open in part: a trade of the code before is resolving, has no timer that pages, and goes on without one', () => {
    const types = saved('before/v1-open-resolving.json').events.map(({ eventType }) => eventType)
    expect(types.some((type) => /TIMER_STARTED|EXECUTION_COMPLETED|MARKER_RECORDED.*patch/.test(type))).toBe(false)
    const pages = saved('surrendered.json').events.filter(({ eventType }) => eventType === 'EVENT_TYPE_TIMER_STARTED')
    expect(pages).toHaveLength(1) // the code of today starts one: the patch keeps it out of older trades
  })

  it('would not, had the saga called another activity', async () => {
    const history = saved('locked.json')
    const placed = history.events.find(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType.name === 'place')
    if (placed?.activityTaskScheduledEventAttributes) placed.activityTaskScheduledEventAttributes.activityType.name = 'finish'
    expect(await disagreements([{ workflowId: 'locked', history }])).toEqual([expect.stringContaining('Nondeterminism')])
  }, 30_000)

  it.each(names)('%s is small', (file) => expect(statSync(path.join(FOLDER, file)).size).toBeLessThan(SIZE_MAX))
})
