import { createHmac } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { SEVERITY_OF, type Alert } from '../../../src/core/alerts/alert'
import { alertOfDeed, alertOfTrade } from '../../../src/core/alerts/events'
import type { Routing } from '../../../src/core/alerts/route'
import { FAILURES } from '../../../src/core/failures'
import { millis } from '../../../src/core/units'
import { answer, listAlerts, showAlert } from '../../../src/operator/alerts/alerts'
import { verifyAudit } from '../../../src/operator/audit'
import { claimDelivery, endDelivery, forgetAlert, pendingAlerts, raiseAlerts } from '../../../src/stores/postgres/alerts/alerts'
import { raiseEvents } from '../../../src/stores/postgres/alerts/events'
import { changeHalt } from '../../../src/stores/postgres/halts'
import { openDatabase } from '../../../src/stores/postgres/pool'
import { AGAIN_MS, Deliverer } from '../../../src/telemetry/alerts/deliver'
import { createEmail } from '../../../src/telemetry/alerts/email'
import type { Channel } from '../../../src/telemetry/alerts/message'
import { Outbox } from '../../../src/telemetry/alerts/outbox'
import { createWebhook, type Template } from '../../../src/telemetry/alerts/webhook'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'

const ledger = freshLedger()
const BY = { name: 'ada', role: 'operator' } as const
const alert = (change: Partial<Alert> = {}): Alert => ({
  ...{ name: FAILURES.accountBreak, subject: 'break 7', severity: 'warning', title: 'cash differs', detail: 'by $3', tradeId: null },
  ...{ atMs: ledger().nowMs, ends: false },
  ...change,
})

interface Taken {
  readonly body: Record<string, unknown>
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}
/** A receiver on a real socket; answers what it is told to. */
class Receiver {
  readonly taken: Taken[] = []
  status: (nth: number) => number = () => 200
  #server = http.createServer()
  url = ''

  async open(): Promise<void> {
    this.#server.on('request', (request, response) => {
      let text = ''
      request.on('data', (piece) => (text += String(piece)))
      request.on('end', () => {
        this.taken.push({ body: JSON.parse(text) as Record<string, unknown>, headers: request.headers, text })
        response.writeHead(this.status(this.taken.length)).end()
      })
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook/secret-path`
  }

  close(): Promise<unknown> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(resolve))
  }
}

let receiver: Receiver
beforeEach(async () => {
  receiver = new Receiver()
  await receiver.open()
})
afterEach(() => receiver.close())

const ROUTING: Routing = { routes: [{ atLeast: 'info', to: ['hook'] }], escalation: null, againMs: 60_000, forgottenMs: 7_200_000 }
const hook = (template: Template = 'json', target = ''): Channel => createWebhook({ name: 'hook', template, url: receiver.url, target })

function delivererOf(
  channels: readonly Channel[],
  routing: Routing = ROUTING,
  wasQuiet: (atMs: number) => boolean = () => false,
): Deliverer {
  const { database, clock, log } = ledger()
  return new Deliverer({
    store: {
      pending: (sinceMs) => pendingAlerts(database, sinceMs),
      claim: (telling, againMs, nowMs) => claimDelivery(database, telling, againMs, nowMs),
      ended: (telling, error) => endDelivery(database, telling, error),
      forget: (id, atMs) => forgetAlert(database, id, atMs),
    },
    channels: new Map(channels.map((channel) => [channel.name, channel])),
    ...{ routing, wasQuiet, from: 'crossbook sim (test)', runbookUrl: 'https://example.org/runbook.md', clock, log },
  })
}
const raise = (...alerts: readonly Alert[]): Promise<void> => raiseAlerts(ledger().database, alerts, NEVER)

describe('an alert', () => {
  it('is sent once by two who deliver at the same time, however often it was seen, and its end to who heard of it', async () => {
    await raise(alert(), alert())
    await raise(alert())
    const [one, other] = [delivererOf([hook()]), delivererOf([hook()])]
    await Promise.all([one.look(NEVER), other.look(NEVER), one.look(NEVER)])
    await other.look(NEVER)
    expect(receiver.taken.map(({ body }) => [body['occasion'], body['count'], body['runbookUrl']])).toEqual([
      ['raised', 3, 'https://example.org/runbook.md#account-break'],
    ])
    await raise(alert({ ends: true }))
    await Promise.all([one.look(NEVER), other.look(NEVER)])
    expect(receiver.taken.map(({ body }) => body['occasion'])).toEqual(['raised', 'ended'])
    await raise(alert()) // another one
    await one.look(NEVER)
    // three tellings, and one thing that they are about: a pager opens its incident anew
    expect(['id', 'key'].map((field) => new Set(receiver.taken.map(({ body }) => body[field])).size)).toEqual([3, 1])
  })

  it('that was not taken is sent again, with the same id, and shows each try', async () => {
    receiver.status = (nth) => (nth <= 3 ? 503 : 200)
    await raise(alert())
    const deliverer = delivererOf([hook()])
    await deliverer.look(NEVER)
    await deliverer.look(NEVER) // not before its time
    expect(receiver.taken).toHaveLength(3)
    ledger().clock.advance(AGAIN_MS)
    await deliverer.look(NEVER)
    expect(new Set(receiver.taken.map(({ headers }) => headers['x-crossbook-id'])).size).toBe(1)
    const [{ id } = { id: 0 }] = await listAlerts(ledger().database, 'open', 10)
    expect((await showAlert(ledger().database, id)).deliveries).toMatchObject([
      { channel: 'hook', state: 'sent', attempts: 2, error: null },
    ])
  })

  it('whose sender died between claim and answer is sent again', async () => {
    await raise(alert())
    const [{ id } = { id: 0 }] = await listAlerts(ledger().database, 'open', 10)
    const { database } = ledger()
    expect(await claimDelivery(database, { alertId: id, channel: 'hook', occasion: 'raised', count: 1 }, AGAIN_MS, ledger().nowMs)).toBe(
      true,
    )
    await delivererOf([hook()]).look(NEVER)
    expect(receiver.taken).toEqual([])
    ledger().clock.advance(AGAIN_MS)
    await delivererOf([hook()]).look(NEVER)
    expect(receiver.taken).toHaveLength(1)
  })

  it('that was kept in quiet hours comes with the others as one message', async () => {
    const night = (atMs: number): boolean => atMs < NOW + 1_000
    await raise(alert(), alert({ subject: 'break 8', title: 'another' }))
    const deliverer = delivererOf([hook()], ROUTING, night)
    await deliverer.look(NEVER)
    expect(receiver.taken).toEqual([])
    ledger().clock.advance(1_000)
    await deliverer.look(NEVER)
    await deliverer.look(NEVER)
    expect(receiver.taken.map(({ body }) => body['title'])).toEqual(['2 alerts of the quiet hours'])
    expect(receiver.taken[0]?.body['detail']).toBe('warning: cash differs\nwarning: another')
  })

  it('is acknowledged and ended by a person, in the audit; a viewer may not', async () => {
    await raise(alert())
    const [{ id } = { id: 0 }] = await listAlerts(ledger().database, 'open', 10)
    const { database, nowMs } = ledger()
    await expect(answer(database, id, 'acknowledge', { name: 'vera', role: 'viewer' }, nowMs, NEVER)).rejects.toThrow('viewer')
    expect(await answer(database, id, 'acknowledge', BY, nowMs, NEVER)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'ada' })
    await expect(answer(database, id, 'acknowledge', BY, nowMs, NEVER)).rejects.toThrow('acknowledged already, by ada')
    expect(await answer(database, id, 'end', BY, nowMs, NEVER)).toMatchObject({ state: 'ended', endedBy: 'ada' })
    expect(await ledger().column('select action from audit order by seq')).toEqual(['alert-acknowledged', 'alert-ended'])
    expect((await verifyAudit(database, null)).violations).toEqual([])
  })
})

describe('a channel', () => {
  const send = async (template: Template, target = '', change: Partial<Alert> = {}): Promise<Taken | undefined> => {
    await raise(alert({ severity: 'critical', ...change }))
    await delivererOf([hook(template, target)]).look(NEVER)
    return receiver.taken.at(-1)
  }
  it('Slack takes text and blocks, and nothing of what was told is a mark of its own', async () => {
    const taken = await send('slack', '', { detail: '<!channel> & more' })
    expect(taken?.body).toMatchObject({ text: 'CRITICAL: cash differs', blocks: [{ type: 'header' }, { type: 'section' }] })
    expect(taken?.text).toContain('&lt;!channel&gt; &amp; more')
  })
  it('Telegram takes its chat', async () => {
    expect((await send('telegram', '-100'))?.body).toMatchObject({
      chat_id: '-100',
      text: expect.stringContaining('CRITICAL: cash differs'),
    })
  })
  it('PagerDuty opens and resolves one incident by one key', async () => {
    const opened = await send('pagerduty', 'routing')
    expect(opened?.body).toMatchObject({ routing_key: 'routing', event_action: 'trigger', payload: { severity: 'critical' } })
    await raise(alert({ ends: true }))
    await delivererOf([hook('pagerduty', 'routing')]).look(NEVER)
    expect(receiver.taken.at(-1)?.body).toMatchObject({ event_action: 'resolve', dedup_key: opened?.body['dedup_key'] })
  })
  it('a webhook is signed, and its address is in no error', async () => {
    const secret = 'shared'
    await raise(alert())
    await delivererOf([createWebhook({ name: 'hook', template: 'json', url: receiver.url, secret })]).look(NEVER)
    const { headers, text } = receiver.taken[0] as Taken
    expect(headers['x-crossbook-signature']).toBe(`sha256=${createHmac('sha256', secret).update(text).digest('hex')}`)
    await receiver.close()
    await raise(alert({ subject: 'break 9' }))
    await delivererOf([hook()]).look(NEVER)
    const [{ id } = { id: 0 }] = (await listAlerts(ledger().database, 'open', 10)).filter(({ subject }) => subject === 'break 9')
    const [{ error } = { error: '' }] = (await showAlert(ledger().database, id)).deliveries
    expect(error).toBe('hook: does not answer (ECONNREFUSED)')
    await receiver.open()
  })
  it('mail arrives at a real server, with its id', async () => {
    let mail = ''
    const server = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['STARTTLS'] },
      onData: (stream, _session, done) => {
        stream.on('data', (piece) => (mail += String(piece)))
        stream.on('end', done)
      },
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.server.address() as AddressInfo
    const email = createEmail({
      ...{ name: 'mail', host: '127.0.0.1', port, security: 'none', login: null, from: 'crossbook@example.org', to: ['desk@example.org'] },
    })
    await raise(alert())
    await delivererOf([email], { ...ROUTING, routes: [{ atLeast: 'info', to: ['mail'] }] }).look(NEVER)
    await new Promise<void>((resolve) => server.close(() => resolve()))
    expect(mail).toContain('Subject: [crossbook] WARNING: cash differs')
    expect(mail).toContain('X-Crossbook-ID: ')
    const [{ id } = { id: 0 }] = await listAlerts(ledger().database, 'open', 10)
    expect((await showAlert(ledger().database, id)).deliveries).toMatchObject([{ state: 'sent' }])
  })
})

describe('what happened', () => {
  it('becomes alerts once, whoever looks, and a lifted halt ends its own', async () => {
    const { database, nowMs } = ledger()
    const tellings = {
      audit: (event: Parameters<typeof alertOfDeed>[0]) => alertOfDeed(event),
      trade: (trade: Parameters<typeof alertOfTrade>[0]) => alertOfTrade(trade, ['held']),
    }
    const look = (): Promise<number> => raiseEvents(database, tellings, NEVER)
    await look() // the first one begins at the end
    await changeHalt(database, 'venue:kalshi', true, BY, 'odd fills', nowMs, NEVER)
    await Promise.all([look(), look()])
    const open = await listAlerts(database, 'open', 10)
    expect(open).toMatchObject([
      { name: 'halt in force', subject: 'venue:kalshi', title: 'ada halts venue:kalshi', detail: 'odd fills', count: 1 },
    ])
    await changeHalt(database, 'venue:kalshi', false, BY, 'explained', nowMs, NEVER)
    await look()
    expect(await listAlerts(database, 'open', 10)).toEqual([])
    expect(await look()).toBe(0)
  })
})

it('while the ledger is away what is critical leaves by the process that saw it, once, and is written later', async () => {
  const { clock, log } = ledger()
  const away = openDatabase('postgres://nobody@127.0.0.1:1/none', log)
  let database = away
  const outbox = new Outbox({
    store: (alerts, signal) => raiseAlerts(database, alerts, signal),
    channels: new Map([['hook', hook()]]),
    ...{ routing: ROUTING, from: 'crossbook sim (test)', process: 'streaming', clock, log },
  })
  const critical = alert({
    name: FAILURES.ledgerUnreachable,
    subject: '',
    severity: SEVERITY_OF[FAILURES.ledgerUnreachable],
    title: 'away',
  })
  outbox.raise(critical)
  outbox.raise(alert())
  await outbox.flush(NEVER)
  expect(receiver.taken).toEqual([])
  clock.advance(10_000)
  await outbox.flush(NEVER)
  outbox.raise({ ...critical, atMs: millis(critical.atMs + 1) })
  await outbox.flush(NEVER)
  expect(receiver.taken.map(({ body }) => body['title'])).toEqual(['away'])
  database = ledger().database
  await outbox.flush(NEVER)
  expect((await listAlerts(database, 'open', 10)).map(({ title, count }) => `${title} ${count}`).toSorted()).toEqual([
    'away 2',
    'cash differs 1',
  ])
  // who heard of it is not told again, and hears of its end by the same key
  outbox.raise({ ...critical, ends: true })
  await outbox.flush(NEVER)
  await delivererOf([hook()]).look(NEVER)
  const tellings = receiver.taken.map(({ body }) => `${String(body['title'])} ${String(body['occasion'])} ${String(body['key'])}`)
  expect(tellings.toSorted()).toEqual([
    'away ended crossbook sim (test): ledger unreachable|',
    'away raised crossbook sim (test): ledger unreachable|',
    'cash differs raised crossbook sim (test): account break|break 7',
  ])
  await away.end()
})
