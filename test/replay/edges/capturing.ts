import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { rulesFor } from '../../../src/core/edge/profile'
import { replayDay } from '../../../src/replay/day'
import { createCaptureWriter, type CaptureWriter } from '../../../src/stores/files/capture-writer'
import type { Judging } from '../../../src/streaming/edges/decided'
import type { DayReplay } from '../../../src/workflows/messages'
import { POLICY } from '../../core/box/fixture'
import { SETTINGS } from '../../core/edge/fixture'
import { LogBook, temporaryDirectory } from '../../stores/doubles'
import { LiveRig } from '../../streaming/edges/live-rig'
import { OPTIONS } from '../reading'

const root = temporaryDirectory()
let run = 0
const DAY = '2026-11-21'
export const JUDGING: Judging = { rules: rulesFor(SETTINGS, 'sim'), settings: SETTINGS }

/** A process whose frames are on disk, as those of the streaming process are. */
export class Capturing {
  readonly dir = path.join(root, String((run += 1)))
  #writer: CaptureWriter | null = null
  readonly rig = new LiveRig((clock) => {
    this.#writer = createCaptureWriter({ dir: this.dir, process: 'streaming-main', clock, log: new LogBook() })
    return this.#writer
  })

  /** Markets watched, 0.49 / 0.50 told, a second ago. */
  async ready(bid = '0.49', ask = '0.50'): Promise<this> {
    const { rig } = this
    rig.odds()
    await rig.refresh()
    rig.quote(bid, ask)
    rig.pass(6_000)
    rig.odds()
    return this
  }
  /** @returns the files. */
  async files(): Promise<readonly string[]> {
    await this.#writer?.close()
    return readdirSync(this.dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.gz'))
      .map((name) => path.join(this.dir, name))
  }
  /** Changes the lines of what was captured. */
  async change(edit: (line: string) => string | null): Promise<void> {
    for (const file of await this.files()) {
      const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
      writeFileSync(file, gzipSync(`${lines.flatMap((line) => edit(line) ?? []).join('\n')}\n`))
    }
  }
  async replayed(edges: Judging | null = JUDGING): Promise<DayReplay> {
    await this.files()
    return replayDay(DAY, {
      dataDir: this.dir,
      terms: { ...OPTIONS, policy: POLICY, edges },
      tradesOf: () => Promise.resolve(this.rig.started.map(({ tradeId }) => tradeId)),
      onProgress: () => undefined,
      nowMs: () => 0,
      signal: new AbortController().signal,
    })
  }
}
