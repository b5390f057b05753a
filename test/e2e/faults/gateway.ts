import { EventName, IBApi } from '@stoqey/ib'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ready } from './outages'
import { TRADE_MS, type Rig } from './rig'

/** As long as a gateway's restart may take here: longer than a second leg may be sent. */
const AWAY_MS = 4_000
/** Longer than a heartbeat's limit, shorter than a second leg may be sent. */
const LINK_MS = 1_200
const PLACE_ORDER = 3
/** Long enough for a book change to become an order, had anything been permitted to open. */
const NOTHING_FOR_MS = 2_500

const READ_ONLY = "the gateway's API is read-only"
/** In the log, where the contracts are named. */
const NOT_QUOTED = 'no live quotes of'

const BOTH = { outcome: 'locked', filled: { a: 10, b: 10 } }

/** Ten naked contracts are completed, or sold back, by the second leg and cures together: whichever way is open first. */
async function hedged(rig: Rig, id: string): Promise<void> {
  const { outcome, filled } = await rig.result(id)
  expect(['locked', 'unwound', 'partly-locked']).toContain(outcome)
  expect([filled['a'], (filled['b'] ?? 0) + (filled['c'] ?? 0)]).toEqual([10, 10])
  await ready(rig)
}

const logLines = (rig: Rig, text: string): number =>
  fs
    .readFileSync(path.join(rig.stack.dataDir, 'logs', 'streaming.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes(text)).length

/** The sentence stands once in the status, is in its JSON and on the health page, and came once into the log, where it had come `before` times. */
async function says(rig: Rig, kind: string, sentence: string, before: number, logged = sentence): Promise<void> {
  await rig.stack.until(`the trouble ${kind}`, TRADE_MS, async () => {
    const health = await rig.stack.streaming<{ gateway: { troubles: { kind: string }[] } }>()
    return health?.gateway.troubles.some((trouble) => trouble.kind === kind) ?? false
  })
  const { code, stdout } = await rig.stack.cli('status')
  expect(stdout).toContain(sentence)
  expect([code, stdout.split(sentence).length - 1]).toEqual([0, 1])
  const { streaming } = await rig.stack.ask<{ streaming: { gateway: string; trouble: string } }>('status')
  expect(streaming.trouble).toBe(kind)
  expect(logLines(rig, logged) - before).toBe(1)
}

/** A box that is there is not taken. */
async function opensNothing(rig: Rig, pair: string): Promise<void> {
  const before = rig.wire.ids().size
  await rig.offer(pair)
  await pause(NOTHING_FOR_MS) // that nothing happens in this time is what is tested
  await rig.wire.look()
  expect(rig.wire.ids().size).toBe(before)
}

/** Connects under a client id as soon as its last owner is gone. */
async function hold(rig: Rig, at: { readonly host: string; readonly port: number; readonly clientId: number }): Promise<IBApi> {
  let holder: IBApi | null = null
  await rig.stack.until(`somebody else to have client id ${at.clientId}`, TRADE_MS, async () => {
    const client = new IBApi({ host: at.host, port: at.port, clientId: at.clientId, maxReqPerSec: 10 })
    const isIn = await new Promise<boolean>((resolve) => {
      client.on(EventName.nextValidId, () => resolve(true))
      client.on(EventName.disconnected, () => resolve(false)) // 326
      client.connect()
    })
    if (isIn) holder = client
    return isIn
  })
  if (holder === null) throw new Error('nobody has it')
  return holder
}

/** The gateway goes away, or its line to IBKR does, around the second leg. */
export function gatewayOutages(rig: () => Rig): void {
  it('its daily restart between the legs: the naked leg is completed or sold back', async () => {
    const id = await rig().heldOpen('between')
    await rig().ibkr('restart', { ms: AWAY_MS })
    await hedged(rig(), id)
  })

  it('its daily restart as the second leg leaves: the order is lost with it, and not sent again (E12, I1)', async () => {
    const id = await rig().heldOpen('mid-leg')
    await rig().ibkr('fault', { name: 'restart', ms: AWAY_MS, request: PLACE_ORDER })
    await hedged(rig(), id)
  })

  it('accept_then_drop on the second leg: found after the reconnect, and there is one (E12)', async () => {
    const { noConId } = rig().listing('unanswered')
    await rig().ibkr('fault', { name: 'accept_then_drop', con_id: noConId })
    expect(await rig().result(await rig().taken('unanswered'))).toEqual(BOTH)
    await ready(rig())
  })

  it.each([
    { pair: 'regained', code: 1101, reports: 'withheld' },
    { pair: 'kept', code: 1102, reports: 'on_request' },
  ])('1100 as the second leg leaves, then $code with reports $reports: no order twice, no fill lost', async ({ pair, code, reports }) => {
    const id = await rig().heldOpen(pair)
    await rig().ibkr('fault', { name: 'link_lost', ms: LINK_MS, request: PLACE_ORDER, code, reports })
    await hedged(rig(), id)
  })
}

/** What the account, the login and the settings of the gateway forbid, and who else uses it. */
export function gatewayStates(rig: () => Rig): void {
  it('midnight of the executions window, our own death, and a stale holder of the client id: one sentence, then all goes on (326, trap 9)', async () => {
    expect(await rig().result(await rig().taken('midnight'))).toEqual(BOTH)
    const { forecastex } = rig().stack.endpoints()
    const clientId = (await rig().stack.ask<{ streaming: { clientId: number } }>('status')).streaming.clientId
    const taken = `client id ${clientId} is in use`
    const before = logLines(rig(), taken)
    process.kill(rig().stack.pidOf('streaming'), 'SIGKILL')
    const holder = await hold(rig(), { ...forecastex, clientId })
    try {
      await rig().ibkr('fault', { name: 'midnight', once: false })
      await says(rig(), 'client-id-taken', taken, before)
    } finally {
      holder.disconnect()
    }
    await ready(rig())
    expect(await rig().result(await rig().taken('midnight'))).toEqual(BOTH)
    await rig().ibkr('fault', { name: 'midnight', clear: true })
  })

  it('delayed market data: nothing opens, and the reason is told once', async () => {
    const before = logLines(rig(), NOT_QUOTED)
    await rig().ibkr('market_data_type', { data_type: 3 })
    try {
      await says(rig(), 'not-quoted', 'the quotes are delayed', before, NOT_QUOTED)
      await opensNothing(rig(), 'delayed')
    } finally {
      await rig().ibkr('market_data_type', { data_type: 1 })
    }
    await ready(rig())
    await rig().touch('delayed')
    expect(await rig().result(await rig().taken('delayed'))).toMatchObject({ outcome: 'locked' })
  })

  it('a read-only API between the legs: what is naked is sold where it was bought, nothing opens; then a wrong account; then both are right', async () => {
    const before = logLines(rig(), READ_ONLY)
    const id = await rig().heldOpen('read-only')
    await rig().ibkr('settings', { read_only: true })
    try {
      expect(await rig().result(id)).toMatchObject({ outcome: 'unwound', filled: { a: 10, c: 10 } })
      await says(rig(), 'read-only', READ_ONLY, before)
      await opensNothing(rig(), 'account')
      await rig().ibkr('settings', { managed_accounts: ['U7654321'] })
      await says(rig(), 'wrong-account', 'the gateway is logged in to U7654321 (live)', 0)
    } finally {
      await rig().ibkr('settings', { read_only: false, managed_accounts: [rig().stack.endpoints().forecastex.account] })
    }
    await ready(rig())
    expect(await rig().result(await rig().taken('account'))).toMatchObject({ outcome: 'locked' })
  })

  it('doctor ibkr, questions and facts answer beside the running stack', async () => {
    const doctor = await rig().stack.cli('doctor', 'ibkr')
    expect([doctor.code, doctor.stdout.includes('failed')]).toEqual([0, false])
    expect(doctor.stdout).toContain('is a paper account')
    for (const command of ['questions', 'facts']) expect((await rig().stack.cli(command)).code).toBe(0)
  })
}
