/**
 * What each room may import beyond itself (docs: ARCHITECTURE.md, "the house").
 * `core` means the files of that folder alone, `core/**` all below it too, `streaming/engine` one file; anything else is a
 * package, and `node` stands for Node's own modules. A file belongs to the longest room that fits its path.
 */
export type ImportTable = { readonly [room: string]: readonly string[] }

const CORE_BELOW_STRATEGIES = ['core', 'core/market', 'core/trade', 'core/risk', 'core/ledger', 'core/stats']
const STREAMING = ['core/**', 'ports', 'streaming', 'streaming/audit', 'workflows/messages', 'telemetry', '@temporalio/client', 'node']
const WORKERS = ['workflows/messages', '@temporalio/worker', 'node']
/** A main puts its process together; everything else is given what it needs. */
const MAIN = ['wiring', 'config/**', 'telemetry', 'ports', 'core/**', 'node']

export const IMPORT_TABLE: ImportTable = {
  core: [],
  'core/market': ['core'],
  'core/trade': ['core', 'core/market'],
  'core/risk': ['core', 'core/market', 'core/trade'],
  'core/ledger': ['core', 'core/market', 'core/trade'],
  'core/stats': ['core', 'core/market', 'core/trade'],
  'core/box': CORE_BELOW_STRATEGIES,
  ports: ['core/**'],
  venues: ['core', 'core/market', 'core/trade', 'core/risk', 'ports', 'ws', 'undici', 'node'],
  'venues/kalshi': [
    'core',
    'core/market',
    'core/trade',
    'ports',
    'venues',
    'venues/kalshi/stream',
    'venues/kalshi/wire/**',
    'venues/kalshi/rest',
    'node',
  ],
  'venues/kalshi/sentinel': ['core/market/event', 'core/trade', 'ports', 'venues/kalshi', 'venues/kalshi/rest', 'venues/kalshi/wire/**'],
  'venues/kalshi/stream': ['core', 'core/market', 'ports', 'venues', 'venues/kalshi', 'venues/kalshi/wire', 'node'],
  'venues/kalshi/wire': ['core', 'core/market', 'core/trade', 'venues/kalshi/wire/messages', 'zod'],
  'venues/kalshi/wire/messages': ['core', 'core/market', 'core/trade', 'venues/kalshi/wire'],
  'venues/kalshi/wire/answers': ['core', 'core/market', 'core/trade', 'venues/kalshi/wire', 'zod'],
  'venues/kalshi/rest': ['core', 'core/market', 'core/trade', 'ports', 'venues', 'venues/kalshi', 'venues/kalshi/wire/**', 'node'],
  'venues/forecastex': ['core', 'core/market', 'core/trade', 'ports', 'venues', 'venues/forecastex/wire', '@stoqey/ib', 'node'],
  'venues/forecastex/wire': ['core', 'core/market', 'core/trade', 'zod'],
  stores: ['ports', 'node-pg-migrate', 'node'],
  'stores/postgres': ['core/**', 'ports', 'pg', 'node'],
  'stores/redis': ['core', 'core/market', 'ports', 'ioredis', 'node'],
  'stores/questdb': ['core', 'core/market', 'ports', 'stores/files/ring', '@questdb/nodejs-client', 'node'],
  'stores/files': ['core', 'core/market', 'core/trade', 'ports', 'node'],
  telemetry: ['core', 'ports', 'pino', 'prom-client', 'node'],
  streaming: STREAMING,
  'streaming/main': [...STREAMING, ...MAIN, 'workers/bundle', '@temporalio/worker'],
  workflows: ['core/**', 'workflows/scheduled', '@temporalio/workflow', '@temporalio/common'],
  'workflows/box': ['core/**', 'workflows/trade'],
  'workflows/trade': ['core/**'],
  'workflows/cure': ['core/**', 'workflows/box', 'workflows/trade'],
  'workflows/scheduled': ['core/**', 'workflows', '@temporalio/workflow'],
  activities: ['core/**', 'ports', 'workflows/messages', '@temporalio/activity', 'node'],
  workers: WORKERS,
  'workers/main': [...WORKERS, ...MAIN],
  // the ledger's own read models: a port per query would be the query written twice (docs/decisions/import-table.md)
  operator: [
    'core/**',
    'ports',
    'config/schema',
    'stores/postgres/**',
    'stores/files/halt-file',
    'workflows/messages',
    '@temporalio/client',
    'node',
  ],
  cli: ['core/**', 'config', 'cli/verbs', 'commander', 'node'],
  'cli/verbs': ['cli', 'operator', 'replay', 'core/**', 'ports', 'wiring', 'config/**', 'stack/ownership', 'node'],
  config: ['config/schema', 'core/**', 'zod', 'yaml', 'node'],
  'config/schema': ['core/**', 'zod'],
  wiring: [
    'core/**',
    'ports',
    'config/**',
    'venues/**',
    'stores/**',
    'telemetry',
    'activities',
    'workflows/messages',
    'workflows/story',
    '@temporalio/client',
    '@temporalio/common',
    '@temporalio/worker',
    'pg',
    'ioredis',
    'node',
  ],
  replay: [
    'core/**',
    'ports',
    'streaming/engine',
    'streaming/terms',
    'venues/kalshi/wire',
    'venues/forecastex/wire',
    'stores/files',
    'workflows/box',
    'zod',
    'node',
  ],
  sim: ['sim/**', 'core/units', 'core/ids', 'core/assert', 'core/random', 'ws', 'zod', 'node'],
  stack: ['stack/**', 'core', 'ports', 'config', 'telemetry', '@temporalio/testing', 'node'],
  // a health check asks a server in its own language
  'stack/servers': ['core', 'stack/**', 'ports', 'pg', 'ioredis', '@temporalio/client', '@temporalio/common', 'node'],
  'stack/screen': ['operator', 'cli', 'node'],
  'stack/main': [...MAIN, 'stack', 'operator'],
}

/** A driver is known to one place, so that it can be replaced and its traps stay in one head. */
export const DRIVER_HOMES: { readonly [driver: string]: readonly string[] } = {
  pg: ['stores/postgres', 'stack/servers'],
  'node-pg-migrate': ['stores'],
  ioredis: ['stores/redis', 'wiring', 'stack/servers'],
  '@questdb/nodejs-client': ['stores/questdb'],
  ws: ['venues', 'sim/**'],
  undici: ['venues'],
  '@stoqey/ib': ['venues/forecastex'],
  yaml: ['config'],
  commander: ['cli/**'],
  pino: ['telemetry'],
  'prom-client': ['telemetry'],
  '@temporalio/client': ['operator', 'wiring', 'stack/servers'],
  '@temporalio/worker': ['streaming/main', 'workers', 'wiring'],
  '@temporalio/activity': ['activities'],
  '@temporalio/workflow': ['workflows', 'workflows/scheduled'],
  '@temporalio/common': ['wiring', 'workflows', 'stack/servers'],
}
