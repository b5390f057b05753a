import { Gateways, INSTALL_MS_MAX, installClients, NO, pythonVersion, runScript, YES } from './clients'

const version = pythonVersion()
if (version === null) process.stderr.write('gateway clients: python3 is missing, so the clients of others are not tested\n')
const whenPython = version === null ? describe.skip : describe

/** Read back after a reconnect, in the terms of both clients. */
const AFTER_RECONNECT = {
  executions: [['course-yes', 'BOT', 10, 0.58, 0.1]],
  positions: [[YES, 10, 0.59]],
  completed: [
    ['course-rest', 'Cancelled', 0],
    ['course-yes', 'Filled', 10],
  ],
  open: 0,
  // 10 000 less 10 at 0.58 and 0.10 of fees.
  cash: ['9994.10'],
}
/** Ten pairs have been netted at 1.00: out went 5.80 + 4.40 and 0.20 of fees. */
const AFTER_NETTING = {
  executions: [
    ['course-yes', 'BOT', 10, 0.58, 0.1],
    ['course-no', 'BOT', 10, 0.44, 0.1],
    ['', 'N', 10, 0.56, 0],
    ['', 'N', 10, 0.44, 0],
  ],
  positions: [],
  completed: [
    ['course-no', 'Filled', 10],
    ['course-rest', 'Cancelled', 0],
    ['course-yes', 'Filled', 10],
  ],
  open: 0,
  cash: ['9999.60'],
}
const COURSE = {
  quotes: { type: 1, bid: [0.56, 40], ask: [0.58, 30] },
  cancelled: 202,
  bought: { fill: ['BOT', 10, 0.58], commission: [0.1, 'USD'], last_status: 'Filled' },
  after_reconnect: AFTER_RECONNECT,
  netted: { fill: ['BOT', 10, 0.44], commission: [0.1, 'USD'], last_status: 'Filled' },
  after_netting: AFTER_NETTING,
  complaints: [],
}
const CONTRACTS = [
  [YES, 'C', 3.625, 0.01],
  [NO, 'P', 3.625, 0.01],
]

/** Every message that the gateway sends at some time; 13 instead of 12 where the depth names who quotes. */
const MESSAGES = [
  ...[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 49, 52, 53, 54, 55, 57, 58, 59, 61, 62, 63, 64, 71, 72, 73, 74, 75, 76, 78, 79, 80, 81, 82,
    85,
  ],
  ...[93, 94, 95, 100, 101, 102, 107],
]

interface Judgement {
  readonly spoken: number
  readonly messages: Record<string, number>
  readonly leftovers: readonly string[]
  readonly errors: readonly number[]
}
interface Layouts {
  readonly versions: Record<string, Judgement>
  readonly complaints: readonly string[]
}

const messagesOf = ({ messages }: Judgement): number[] => Object.keys(messages).map(Number)

whenPython('the clients of others, unchanged', () => {
  let clients = ''
  let gateways: Gateways
  beforeAll(() => {
    gateways = new Gateways()
    clients = installClients(version ?? '')
  }, INSTALL_MS_MAX)
  afterAll(() => gateways.stop())

  it("IB's own Python API looks up, streams, places, fills, cancels and reads everything back at 193", async () => {
    const { port } = await gateways.start()
    const told = await runScript(clients, 'official_course.py', [port, YES, NO])
    const found = { symbols: [['FF', 'IND', ['OPT']]], contracts: CONTRACTS, last_trade: ['20301209', '20301209'] }
    expect(told).toEqual({ version: 193, found, next_order_id: 2, ...COURSE })
  })

  it('the same when every frame comes in pieces, or several in one', async () => {
    for (const writes of ['pieces', 'coalesced']) {
      const { port } = await gateways.start({ writes })
      expect(await runScript(clients, 'official_course.py', [port, YES, NO])).toMatchObject(COURSE)
    }
  })

  it('ib_async does the same at 178', async () => {
    const { port } = await gateways.start()
    const told = await runScript(clients, 'ib_async_course.py', [port, YES, NO])
    const found = { symbols: [['FF', 'IND', ['OPT']]], contracts: CONTRACTS, qualified: [YES, "FF Dec09'30 3.625 YES"] }
    expect(told).toEqual({ version: 178, found, ...COURSE })
  })

  it("IB's own decoder reads every message at every version from 178 to 193, and no request is unreadable", async () => {
    const { port, control } = await gateways.start({ depth: 'l1' }, 1000)
    const { versions, complaints } = (await runScript(clients, 'official_layouts.py', [port, control, 178, 193, YES])) as Layouts
    expect(complaints).toEqual([])
    expect(Object.keys(versions)).toHaveLength(16)
    for (const [asked, judgement] of Object.entries(versions)) {
      expect(judgement).toMatchObject({ spoken: Number(asked), leftovers: [], errors: [] })
      expect(messagesOf(judgement)).toEqual(MESSAGES)
    }
  })

  it('and the depth of level 2', async () => {
    const { port, control } = await gateways.start({ depth: 'l2' }, 1000)
    const { versions } = (await runScript(clients, 'official_layouts.py', [port, control, 193, 193, YES])) as Layouts
    expect(versions['193']).toMatchObject({ spoken: 193, leftovers: [], errors: [] })
    expect(versions['193'] && messagesOf(versions['193'])).toEqual(MESSAGES.map((message) => (message === 12 ? 13 : message)))
  })
})
