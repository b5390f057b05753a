import { portsTakeSignals, testNamesNameRules } from './contracts'
import { driversAtHome, followsTable, nothingImportsSim, verbsOnlyByDynamicImport, wiringOnlyFromMains } from './imports'
import { environmentOnlyInConfig, moneyNeverThroughFloats, noAny, pureWhereTimeIsAnArgument } from './purity'
import { linesNameTheirTrade } from './logs'
import { mapOf, shownOf } from './map'
import { everyFileIsReached } from './reach'
import { noDrawers, smallFiles, smallFolders, smallFunctions } from './shape'
import { format, parseSource, type Law } from './source'
import { nothingUnfinished, noMachinePaths, noSuppressions } from './text'

/** What a law says about one file, as "line message". */
const verdict = (law: Law, path: string, text: string): string[] =>
  format(law([parseSource(path, text)])).map((line) => line.slice(path.length + 1))
type Case = readonly [path: string, text: string]
const CORE = 'src/core/market/a.ts'

/** Each law with files it must refuse, and files that look alike and must pass. */
const CASES: readonly (readonly [name: string, law: Law, refused: readonly Case[], kept: readonly Case[]])[] = [
  [
    'the import table',
    followsTable(),
    [
      [CORE, `import { x } from '../../ports/clock'`],
      [CORE, `import type { X } from '../risk/checks'`],
      [CORE, `import { type X } from '../trade/order'`],
      [CORE, `export * from '../trade/order'`],
      [CORE, `export { x } from 'zod'`],
      [CORE, `import fs from 'node:fs'`],
      [CORE, `import fs from 'fs'`],
      [CORE, `import fs = require('./x.json'); import x = require('zod')`],
      [CORE, `type X = import('../../ports/clock').Clock`],
      [CORE, `const x = await import('zod')`],
      [CORE, `const x = require('zod')`],
      [CORE, `const x = await import(name)`],
      [CORE, `declare module 'zod' { interface X { y: 1 } }`],
      ['src/core/a.ts', `import { x } from './market/event'`],
      ['src/core/box/detect.ts', `import { x } from '../edge/odds'`],
      ['src/workflows/box.ts', `import { proxyActivities } from '@temporalio/workflow'`],
      ['src/streaming/books.ts', `import { box } from '../workflows/box'`],
      ['src/stores/redis/a.ts', `import { query } from '../questdb/query'`],
      ['src/stores/questdb/a.ts', `import { openJournal } from '../files/journal'`],
      ['src/nowhere/a.ts', `export const x = 1`],
    ],
    [
      [CORE, `import { x } from '../units'\nimport { y } from './book'`],
      ['src/streaming/main.ts', `import { x } from '../wiring/stores'\nimport { y } from './engine'`],
      ['src/stores/questdb/a.ts', `import { Ring } from '../files/ring'\nimport { Sender } from '@questdb/nodejs-client'`],
      ['src/sim/ibkr/a.ts', `import { x } from '../clock'\nimport { mulberry32 } from '../../core/random'`],
    ],
  ],
  [
    'names of trades in the log',
    linesNameTheirTrade,
    [
      [CORE, `log.warn({ trade: id }, 'x')`],
      [CORE, `this.#options.log.error({ a: 1, order }, 'x')`],
      [CORE, `this.#log.info({ 'trade_id': 1 }, 'x')`],
    ],
    [
      [CORE, `log.warn({ tradeId, clientOrderId }, 'x')`],
      [CORE, `log.warn({ orderId }, 'the number of an order at IBKR')`],
      [CORE, `table.info({ trade: id }, 'x')`],
      ['src/sim/a.ts', `log.warn({ order }, 'x')`],
    ],
  ],
  [
    'simulators apart',
    nothingImportsSim,
    [
      ['src/venues/a.ts', `import { x } from '../sim/clock'`],
      ['src/stack/a.ts', `await import('../sim/main')`],
      ['src/cli/verbs/a.ts', `import type { R } from '../../chaos/report'`],
    ],
    [
      ['src/sim/main.ts', `import { x } from './sim/clock'`],
      ['src/stack/a.ts', `const main = path.join(__dirname, '..', 'sim', 'main.js')`],
    ],
  ],
  [
    'wiring from mains',
    wiringOnlyFromMains,
    [['src/streaming/books.ts', `import { s } from '../wiring/stores'`]],
    [['src/cli/verbs/a.ts', `import { s } from '../../wiring/stores'`]],
  ],
  [
    'verbs by import()',
    verbsOnlyByDynamicImport,
    [['src/cli/main.ts', `import { halt } from './verbs/halt'`]],
    [['src/cli/main.ts', `const { halt } = await import('./verbs/halt')`]],
  ],
  [
    'drivers at home',
    driversAtHome,
    [
      ['src/activities/a.ts', `import { Pool } from 'pg'`],
      ['src/streaming/a.ts', `import type { Redis } from 'ioredis'`],
      ['src/venues/kalshi/a.ts', `import { request } from 'undici'`],
      ['src/operator/a.ts', `import { parse } from 'yaml'`],
      ['src/workers/a.ts', `import { x } from '@temporalio/common/lib/time'`],
    ],
    [['src/stores/postgres/a.ts', `import { Pool } from 'pg'`]],
  ],
  [
    'environment in config',
    environmentOnlyInConfig,
    [
      ['src/venues/a.ts', `const url = process.env['URL']`],
      ['src/venues/a.ts', `const url = process['env'].URL`],
      ['src/venues/a.ts', `const { env } = process`],
      ['src/venues/a.ts', `import { env } from 'node:process'`],
      ['src/venues/a.ts', `import { env as e } from 'process'`],
    ],
    [
      ['src/config/load.ts', `const env = process.env`],
      ['src/venues/a.ts', `const id = process.pid; const x = other.env`],
    ],
  ],
  [
    'purity',
    pureWhereTimeIsAnArgument,
    [
      [CORE, `const t = Date.now()`],
      [CORE, `const t = new Date()`],
      [CORE, `const t = Date()`],
      [CORE, `const now = Date.now`],
      [CORE, `setTimeout(() => 1, 2)`],
      [CORE, `const x = Math.random()`],
      [CORE, `const x = performance.now()`],
      [CORE, `const x = crypto.randomUUID()`],
      ['src/venues/kalshi/wire/a.ts', `const x = fetch('http://x')`],
      ['src/workflows/box.ts', `setInterval(f, 1)`],
    ],
    [
      [CORE, `const t = new Date(ms).toISOString(); const u = Date.UTC(2026, 1, 2)`],
      [CORE, `const f = (fetch: () => void) => fetch()`],
      ['src/streaming/a.ts', `const t = Date.now()`],
    ],
  ],
  [
    'money',
    moneyNeverThroughFloats,
    [
      ['src/core/risk/a.ts', `const x = parseFloat('1')`],
      ['src/core/ledger/a.ts', `const x = Number('1')`],
      ['src/core/market/fees-kalshi.ts', `const x = y.toFixed(2)`],
      ['src/core/market/fees.ts', `const x = Number.parseFloat('1')`],
    ],
    [['src/core/ledger/a.ts', `const x = Number.isSafeInteger(1) && Number.parseInt('1', 10)`]],
  ],
  [
    'any',
    noAny,
    [
      ['src/core/a.ts', `const x: any = 1`],
      ['test/a.ts', `f(x as any)`],
    ],
    [['src/core/a.ts', `const any: unknown = 'any'`]],
  ],
  [
    'suppressions',
    noSuppressions,
    [
      ['src/a.ts', ['// @ts-', 'ignore'].join('')],
      ['src/a.ts', ['/* @ts-', 'expect-error */'].join('')],
    ],
    [['src/a.ts', `const x = '// @ts-ignore'`]],
  ],
  ['unfinished work', nothingUnfinished, [['src/a.ts', ['// TO', 'DO later'].join('')]], [['src/a.ts', `const states = ['TODO']`]]],
  ['reachability', everyFileIsReached, [['src/core/a.ts', `export const x = 1`]], [['src/streaming/main.ts', `export const x = 1`]]],
  [
    'signals',
    portsTakeSignals,
    [
      ['src/ports/a.ts', `interface A { get(id: string): Promise<string> }`],
      ['src/ports/a.ts', `interface A { get: (signal: string) => Promise<string> }`],
      ['src/ports/a.ts', `interface A { get(signal: AbortSignal, id: string): Promise<string> }`],
    ],
    [['src/ports/a.ts', `interface A { get(id: string, signal: AbortSignal): Promise<string>; now(): number }`]],
  ],
  [
    'rules',
    testNamesNameRules,
    [
      ['test/a.test.ts', `it('E30 does', () => {})`],
      ['test/a.test.ts', `describe.each([1])('I14', () => {})`],
      ['test/a.test.ts', `it.skip('E0', f)`],
    ],
    [['test/a.test.ts', `it('E29 and I13 and E1', () => f('E99'))`]],
  ],
  ['long files', smallFiles, [['src/a.ts', 'f()\n'.repeat(301)]], [['src/a.ts', 'f()\n'.repeat(300)]]],
  [
    'long functions',
    smallFunctions,
    [
      ['src/a.ts', `function f() {\n${'g()\n'.repeat(69)}}`],
      ['src/a.ts', `const f = () => {\n${'g()\n'.repeat(69)}}`],
      ['src/a.ts', `class A { #f() {\n${'g()\n'.repeat(69)}} }`],
      ['test/a.test.ts', `it('x', () => {\n${'g()\n'.repeat(69)}})`],
      ['test/a.test.ts', `describe('x', () => { it('y', () => {\n${'g()\n'.repeat(69)}}) })`],
    ],
    [
      ['src/a.ts', `function f() {\n${'g()\n'.repeat(68)}}`],
      ['test/a.test.ts', `describe.each([1])('x', () => {\n${'it("y", f)\n'.repeat(99)}})`],
    ],
  ],
]

describe.each(CASES)('the law of %s', (_name, law, refused, kept) => {
  it.each(refused)('refuses %s (%#)', (path, text) => expect(verdict(law, path, text)).toHaveLength(1))
  it.each(kept)('keeps %s (%#)', (path, text) => expect(verdict(law, path, text)).toEqual([]))
})

describe('the laws about names and text', () => {
  it('refuse a drawer by file, folder and part of a name', () => {
    const refused = ['src/core/utils.ts', 'src/helpers/a.ts', 'test/order-manager.test.ts', 'src/common/a.ts']
    expect(noDrawers([...refused, 'src/core/units.ts', 'src/core/community.ts']).map(({ path }) => path)).toEqual(refused)
  })

  it('refuse a folder of 16 files', () => {
    const files = Array.from({ length: 16 }, (_, i) => `src/a/${i}.ts`)
    expect(format(smallFolders(files))).toEqual(['src/a:0 has 16 files, more than 15'])
    expect(smallFolders([...files.slice(1), 'src/a/b/c.ts'])).toEqual([])
  })

  it('refuse a path of one machine and keep what only looks like one', () => {
    const paths = [
      ['', 'home', 'ann', 'notes'],
      ['', 'root', '.cache'],
      ['', 'Users', 'ann'],
    ].map((parts) => parts.join('/'))
    for (const found of paths) expect(noMachinePaths('a.md', `first\nsee ${found}`)).toHaveLength(1)
    expect(noMachinePaths('a.md', 'src/home/index.ts ./work/x https://x.org/home/x /tmp/x /home')).toEqual([])
  })
})

describe('the map of the house', () => {
  it('is read with braces, without the folder itself and Node', () => {
    const map = '| folder | holds | may import |\n| --- | --- | --- |\n| `a` | x, y | nothing |\n| `a/b` | z | a, c/{d,e}, @f/{g,h}, i/** |'
    const table = { a: ['node', 'a'], 'a/b': ['@f/h', 'a', 'c/e', 'c/d', '@f/g', 'i/**', 'node'] }
    expect(shownOf(mapOf(map))).toEqual(shownOf(table))
    expect(shownOf(mapOf(map.replace('c/{d,e}', 'c/d')))).not.toEqual(shownOf(table))
  })
})

describe('a violation', () => {
  it('is named by file and line, whatever stands before it', () => {
    const text = `#!/usr/bin/env node\n// é ü 漢\n\nimport { a } from 'zod' // first\n\n  const b: any = 1\n`
    expect(format(noAny([parseSource('src/a.ts', 'const x = 1'), parseSource('src/b.ts', text)]))).toEqual([
      'src/b.ts:6 says any: name the type, or unknown',
    ])
  })
})
