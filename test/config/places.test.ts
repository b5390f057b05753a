import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readFile } from '../../src/config/files'
import type { Config } from '../../src/config/load'
import { isSimulated, placesOf, refuseMisplaced } from '../../src/config/places'
import { venuesSchema } from '../../src/config/schema/venues'

const SHIPPED = fs.readFileSync(path.join(__dirname, '..', '..', 'config', 'venues.yaml'), 'utf8')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-places-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const KEY = 'key_id: k, private_key_file: kalshi.pem'
const PAPER_LOGIN = { host: '127.0.0.1', port: 4002, account: 'DU1234567' }
const GATEWAY = `gateway: { port: 4002, account: DU1234567 }`

/** The shipped file in another mode, with lines for both venues. */
function venues(mode: string, kalshi = '', forecastex = ''): ReturnType<typeof venuesSchema.parse> {
  const file = path.join(folder, 'venues.yaml')
  const text = SHIPPED.replace(/^mode: sim$/m, `mode: ${mode}`)
    .replace(/^kalshi:$/m, `kalshi:\n  ${kalshi}`)
    .replace(/^forecastex:$/m, `forecastex:\n  ${forecastex}`)
  fs.writeFileSync(file, text)
  return readFile(file, venuesSchema)
}

describe('where the venues of a mode are', () => {
  it('mode sim has those that npm start brings, whatever else is written', () => {
    expect(placesOf(venues('sim', `live: { ${KEY} }`, GATEWAY), folder)).toBeNull()
  })

  it.each(['paper', 'observe'])('%s rehearses on simulated feeds where none are named, and sees Kalshi’s own where they are', (mode) => {
    expect(placesOf(venues(mode), folder)).toBeNull()
    expect(placesOf(venues(mode, `live: { ${KEY} }`, GATEWAY), folder)).toEqual({
      kalshi: {
        account: 'live',
        restUrl: 'https://external-api.kalshi.com/trade-api/v2',
        wsUrl: 'wss://external-api-ws.kalshi.com/trade-api/ws/v2',
        keyId: 'k',
        privateKeyFile: path.join(folder, 'kalshi.pem'),
      },
      forecastex: PAPER_LOGIN,
    })
    expect(() => placesOf(venues(mode, `live: { ${KEY} }`), folder)).toThrow(
      `mode ${mode} needs forecastex.gateway: { host, port, account }`,
    )
    expect(() => placesOf(venues(mode, '', GATEWAY), folder)).toThrow(`mode ${mode} needs kalshi.live: { key_id, private_key_file }`)
  })

  it('demo has the demo venue, live Kalshi’s own, and neither has a simulated one', () => {
    const both = `live: { ${KEY} }\n  demo: { ${KEY}, account: mock }`
    expect(placesOf(venues('demo', both, GATEWAY), folder)?.kalshi).toMatchObject({
      account: 'mock',
      restUrl: 'https://external-api.demo.kalshi.co/trade-api/v2',
      wsUrl: 'wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2',
    })
    expect(placesOf(venues('live', both, GATEWAY), folder)?.kalshi.restUrl).toBe('https://external-api.kalshi.com/trade-api/v2')
    for (const mode of ['demo', 'live'])
      expect(() => placesOf(venues(mode), folder)).toThrow(
        `mode ${mode} needs kalshi.${mode}: { key_id, private_key_file } in config/venues.yaml`,
      )
  })

  it.each([
    ['live', `live: { ${KEY}, rest_url: 'https://external-api.demo.kalshi.co/trade-api/v2' }`, "is not Kalshi's"],
    ['live', `live: { ${KEY}, ws_url: 'ws://external-api-ws.kalshi.com/trade-api/ws/v2' }`, "is not Kalshi's"],
    ['live', `live: { ${KEY}, rest_url: 'https://external-api.kalshi.com.example.org/trade-api/v2' }`, "is not Kalshi's"],
    ['demo', `demo: { ${KEY}, rest_url: 'https://external-api.kalshi.com/trade-api/v2' }`, "is not Kalshi's demo venue"],
  ])('refuses an address of another environment (%s)', (mode, kalshi, why) => {
    expect(() => venues(mode, kalshi, GATEWAY)).toThrow(why)
  })
})

describe('what a process that sends orders asks of the addresses file (design.md §8)', () => {
  const LIVE = ['https://external-api.kalshi.com/trade-api/v2', 'wss://external-api-ws.kalshi.com/trade-api/ws/v2'] as const
  const DEMO = ['https://demo-api.kalshi.co/trade-api/v2', 'wss://demo-api.kalshi.co/trade-api/ws/v2'] as const
  const HERE = ['http://127.0.0.1:1/trade-api/v2', 'ws://[::1]:1/trade-api/ws/v2'] as const
  const WEEK = { kalshi: { calendar: 'venue' }, forecastex: { calendar: 'venue' } }
  const OPEN = { kalshi: { calendar: 'open' }, forecastex: { calendar: 'open' } }
  interface Told {
    readonly mode: Config['mode']
    readonly urls: readonly [string, string]
    readonly login?: string
    readonly host?: string
    readonly weeks?: object
    readonly armed?: string
    readonly namespace?: string
  }
  const asked = ({ mode, urls, login = 'DU1', host = '127.0.0.1', weeks = WEEK, armed, namespace = 'default' }: Told) => {
    const [restUrl, wsUrl] = urls
    const endpoints = { kalshi: { restUrl, wsUrl, account: 'own' }, forecastex: { host, account: login } }
    const config = { mode, endpoints, venues: weeks, namespace } as unknown as Config
    return () => refuseMisplaced(config, armed === undefined ? {} : { CROSSBOOK_ARM_LIVE: armed })
  }
  const REAL_MONEY: Told = { mode: 'live', urls: LIVE, login: 'U1', armed: 'own', namespace: 'crossbook-live' }

  it.each<[string, Told]>([
    ['sim here, with venues that are always open', { mode: 'sim', urls: HERE, weeks: OPEN }],
    ['paper on Kalshi’s feeds, by an account with money', { mode: 'paper', urls: LIVE, login: 'U1' }],
    ['paper on simulated feeds that are always open', { mode: 'paper', urls: HERE, weeks: OPEN }],
    ['observe on the demo venue’s feeds', { mode: 'observe', urls: DEMO }],
    ['demo at the demo venue', { mode: 'demo', urls: DEMO }],
    ['demo at a simulated venue', { mode: 'demo', urls: HERE, weeks: OPEN }],
    ['live with both flags and a namespace of its own', REAL_MONEY],
  ])('%s may start', (_what, told) => {
    expect(asked(told)).not.toThrow()
  })

  it.each<[string, Told, string]>([
    ['sim at Kalshi', { mode: 'sim', urls: LIVE }, 'names external-api.kalshi.com: start with npm start'],
    ['sim with a gateway elsewhere', { mode: 'sim', urls: HERE, host: '10.0.0.7' }, 'names 10.0.0.7'],
    ['paper into a venue’s pauses', { mode: 'paper', urls: LIVE, weeks: OPEN }, 'kalshi.calendar is open, which is for simulated venues'],
    ['demo at Kalshi itself', { mode: 'demo', urls: LIVE }, "mode demo trades at Kalshi's demo venue only"],
    ['demo with half its addresses at Kalshi', { mode: 'demo', urls: [DEMO[0], LIVE[1]] }, `names ${LIVE[1]}`],
    ['sim with money at IBKR', { mode: 'sim', urls: HERE, login: 'U1' }, 'that of the gateway is U1'],
    ['demo with money at IBKR', { mode: 'demo', urls: DEMO, login: 'U1' }, 'that of the gateway is U1'],
    ['live at a simulated venue', { ...REAL_MONEY, urls: HERE }, "mode live trades at Kalshi's own addresses only"],
    ['live at the demo venue', { ...REAL_MONEY, urls: DEMO }, "mode live trades at Kalshi's own addresses only"],
    ['live with a paper account at IBKR', { ...REAL_MONEY, login: 'DU1' }, 'does not begin with D: that of the gateway is DU1'],
    [
      'paper into the gateway’s restart',
      { mode: 'paper', urls: LIVE, weeks: { ...WEEK, forecastex: OPEN.forecastex } },
      'forecastex.calendar is open',
    ],
    ['live always open', { ...REAL_MONEY, weeks: OPEN }, 'mode live needs calendar: venue'],
    [
      'live with one flag',
      { mode: 'live', urls: LIVE, login: 'U1', namespace: 'x' },
      'CROSSBOOK_ARM_LIVE=own in the environment, which is not set',
    ],
    ['live with two flags that differ', { ...REAL_MONEY, armed: 'other' }, 'CROSSBOOK_ARM_LIVE=own in the environment, which is "other"'],
    ['live among the trades of other modes', { ...REAL_MONEY, namespace: 'default' }, 'needs a Temporal namespace of its own'],
  ])('%s may not', (_what, told, why) => {
    expect(asked(told)).toThrow(why)
  })
})

it.each([
  ['http://127.0.0.1:1/trade-api/v2', 'http://127.0.0.1:2', true],
  ['http://127.0.0.1:1/trade-api/v2', null, true],
  ['https://external-api.demo.kalshi.co/trade-api/v2', null, false],
])('what is seen beside Kalshi at %s (control %s) is simulated: %s', (restUrl, simControlUrl, is) => {
  expect(isSimulated({ simControlUrl, kalshi: { restUrl } as Config['endpoints']['kalshi'] })).toBe(is)
})
