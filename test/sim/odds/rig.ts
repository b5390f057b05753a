import { loadScenario } from '../../../src/sim/scenario'
import { World } from '../../../src/sim/world'
import { writeScenario } from '../support/running'

export const API_KEY = '0123456789abcdef'
export const SPORT = 'baseball_mlb'
const [HOME, AWAY] = ['Atlanta Braves', 'New York Mets']

type Fields = Record<string, unknown>

export const market = (home: number, away: number, more: Fields = {}): Fields => ({
  key: 'h2h',
  last_update: '-5s',
  outcomes: [
    { name: HOME, price: home },
    { name: AWAY, price: away },
  ],
  ...more,
})
export const game = (id: string, more: Fields = {}): Fields => ({
  id,
  sport_key: SPORT,
  sport_title: 'MLB',
  commence_time: '+2h',
  home_team: HOME,
  away_team: AWAY,
  bookmakers: [
    { key: 'draftkings', title: 'DraftKings', last_update: '-5s', markets: [market(-158, 138), { ...market(-110, -110), key: 'totals' }] },
    { key: 'fanduel', title: 'FanDuel', last_update: '-20s', markets: [market(-155, 135, { last_update: '-20s' })] },
  ],
  ...more,
})

export interface OddsSim {
  readonly world: World
  readonly url: string
  event(event: Fields): void
  fault(name: string, more?: Fields): void
  stop(): Promise<void>
}

const running = new Set<OddsSim>()
/** Whatever a test left open, also one that failed: nothing may keep jest alive. */
afterAll(() => Promise.all([...running].map((sim) => sim.stop())))

/** The simulated source on a port of its own. */
export async function startOdds(
  section: { settings?: Fields; events?: readonly Fields[] } = {},
  more: { scenario?: Fields; files?: Readonly<Record<string, string>> } = {},
): Promise<OddsSim> {
  const settings = { api_key: API_KEY, latency_ms: 0, ...section.settings }
  const odds = { settings, events: section.events ?? [game('e1'), game('e2', { commence_time: '+5h' })] }
  const folder = writeScenario({ schema_version: 1, odds, ...more.scenario }, more.files)
  const loaded = loadScenario(folder.file, Date.now())
  const world = new World(loaded, null, loaded.scenario.seed)
  const { odds: at } = await world.listen({ host: '127.0.0.1', kalshiPort: 0, ibkrPort: 0 })
  world.start()
  const sim: OddsSim = {
    world,
    url: at?.url ?? '',
    event: (event) => world.apply({ venue: 'odds', ...event }),
    fault: (name, fields = {}) => world.apply({ venue: 'odds', type: 'fault', name, ...fields }),
    async stop() {
      if (!running.delete(sim)) return
      await world.close()
      folder.remove()
    },
  }
  running.add(sim)
  return sim
}
