import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { questdb } from './questdb'

const SILENT = { restUrl: 'http://127.0.0.1:1', wsUrl: 'ws://127.0.0.1:1', keyId: '', privateKeyFile: '', account: 'a' }
const STACK = {
  ...{ databaseUrl: '', redisUrl: null, temporal: { address: '', uiUrl: null }, kalshi: SILENT, simControlUrl: null },
  ...{ forecastex: { host: '127.0.0.1', port: 1, account: 'b' }, streamingHealthPort: 1, workerHealthPort: 1 },
}

/** What verbs print, and the stack they find: nothing but the record. */
export class Shell {
  out: string[] = []
  err: string[] = []

  constructor(readonly dataDir: string) {}

  /** @param record null: the stack has none. */
  runningOn(record: { readonly httpUrl: string } | null = { httpUrl: questdb.httpUrl }): void {
    mkdirSync(path.join(this.dataDir, 'run'), { recursive: true })
    writeFileSync(path.join(this.dataDir, 'run', 'endpoints.json'), JSON.stringify({ ...STACK, questdb: record }))
    this.out = []
    this.err = []
    process.env['CROSSBOOK_DATA'] = this.dataDir
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (this.out.push(String(text)), true))
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => (this.err.push(String(text)), true))
  }
  end(): void {
    delete process.env['CROSSBOOK_DATA']
    jest.restoreAllMocks()
  }
  get json(): unknown {
    return JSON.parse(this.out.join(''))
  }
}
