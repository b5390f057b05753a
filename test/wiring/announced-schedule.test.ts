import fs from 'node:fs'
import path from 'node:path'
import { millis } from '../../src/core/units'
import { createKalshiCalendar } from '../../src/venues/kalshi/calendar'
import { announcedSchedule, type AnnouncedSchedule } from '../../src/wiring/calendars'
import { LogBook, temporaryDirectory } from '../stores/doubles'
import { json } from '../venues/kalshi/fakes'
import { never, Venue } from '../venues/kalshi/rest/venue'

const WINDOW = { start_datetime: '2026-11-24T08:00:00Z', end_datetime: '2026-11-24T10:00:00Z' }
const ANSWER = { schedule: { standard_hours: [], maintenance_windows: [WINDOW] } }
/** Sunday to Saturday: the Thursday pause lies in it, 08:00 to 10:00 UTC of the 26th. */
const [FROM, UNTIL] = [millis(Date.UTC(2026, 10, 22)), millis(Date.UTC(2026, 10, 28))]
const closures = ({ current }: AnnouncedSchedule): readonly string[] =>
  createKalshiCalendar('venue', current)
    .closures(FROM, UNTIL)
    .map(({ what, fromMs }) => `${what} ${new Date(fromMs).toISOString()}`)
const THURSDAY = 'the Thursday pause of Kalshi 2026-11-26T08:00:00.000Z'
const MAINTENANCE = 'a maintenance window of Kalshi 2026-11-24T08:00:00.000Z'

describe('E28 what Kalshi announces', () => {
  const root = temporaryDirectory()
  let venue: Venue
  let dir: string
  let log: LogBook
  let run = 0
  beforeEach(async () => {
    venue = await Venue.open()
    log = new LogBook()
    dir = path.join(root, String(++run))
    fs.mkdirSync(dir)
  })
  afterEach(() => venue.close())
  const file = (): string => path.join(dir, 'kalshi-schedule.json')
  const open = (): AnnouncedSchedule => announcedSchedule(dir, venue.rest, log)

  it('is written down, and a process that cannot read it begins with it', async () => {
    venue.replies = { 'GET /exchange/schedule': json(200, ANSWER) }
    const first = open()
    expect([first.current(), closures(first)]).toEqual([null, [THURSDAY]])
    await first.refresh(never)
    expect(closures(first)).toEqual([THURSDAY, MAINTENANCE])
    expect(JSON.parse(fs.readFileSync(file(), 'utf8'))).toEqual(ANSWER)
    expect(fs.readdirSync(dir)).toEqual(['kalshi-schedule.json'])
    venue.replies = { 'GET /exchange/schedule': json(403, {}) }
    const next = open()
    expect(closures(next)).toEqual([THURSDAY, MAINTENANCE])
    expect(log.lines).toEqual([])
    await next.refresh(never)
    expect(closures(next)).toEqual([THURSDAY, MAINTENANCE])
    expect(log.messages('warn')).toEqual(['the schedule of Kalshi could not be read; what is known stands'])
  })

  it.each(['{', '{}', '{"schedule":{"standard_hours":7}}'])(
    'a file that says %s is a warning, and removes no known closure',
    async (text) => {
      fs.writeFileSync(file(), text)
      const kept = open()
      expect([kept.current(), closures(kept)]).toEqual([null, [THURSDAY]])
      expect(log.messages('warn')).toEqual(['the kept schedule of Kalshi is not readable: it is read from the venue again'])
      venue.replies = { 'GET /exchange/schedule': json(200, ANSWER) }
      await kept.refresh(never)
      expect(closures(open())).toEqual([THURSDAY, MAINTENANCE])
    },
  )

  it('an answer of another shape changes neither what is known nor the file', async () => {
    venue.replies = { 'GET /exchange/schedule': json(200, ANSWER) }
    const announced = open()
    await announced.refresh(never)
    venue.replies = { 'GET /exchange/schedule': json(200, { schedule: { standard_hours: 'always' } }) }
    await announced.refresh(never)
    expect(closures(announced)).toEqual([THURSDAY, MAINTENANCE])
    expect(JSON.parse(fs.readFileSync(file(), 'utf8'))).toEqual(ANSWER)
  })
})
