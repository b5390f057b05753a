import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { ConfigurationError } from '../../config/environment'
import type { Config } from '../../config/load'
import { isSimulated } from '../../config/places'
import type { ContractQuery } from '../../venues/forecastex/gateway/contract-reads'
import { inspectGateway, type GatewayInspection } from '../../venues/forecastex/inspection/inspect'
import type { RawFrame } from '../../venues/forecastex/inspection/summary'
import { encodeFrame } from '../../stores/files/frame-line'
import { systemClock } from '../clock'
import { clientIdOf } from '../venues'

export interface GatewayQuestions {
  /** null: the first of forecastex.symbols. */
  readonly contract: ContractQuery | null
  readonly whatIf: boolean
  readonly watchMs: number
  /** Called when the wait of `watchMs` begins. */
  readonly watching: () => void
  /** Ends that wait when it aborts. */
  readonly enough: AbortSignal
  /** A new file for every frame of both directions; null: none is kept. */
  readonly captureFile: string | null
}
export interface InspectedGateway extends GatewayInspection {
  /** null: none was asked for. */
  readonly capture: { readonly file: string; readonly sha256: string } | null
}

/** Looks at the configured gateway with a connection of its own, once. @throws ConfigurationError for a capture file that cannot be made. */
export async function inspectGatewayOnce(config: Config, questions: GatewayQuestions, signal: AbortSignal): Promise<InspectedGateway> {
  const { host, port, account } = config.endpoints.forecastex
  const { symbols, messages_per_second: messagesPerSecond } = config.venues.forecastex
  const { captureFile, whatIf, watchMs, watching, enough } = questions
  const capture = captureFile === null ? null : new CaptureFile(captureFile)
  try {
    const inspection = await inspectGateway(
      {
        ...{ host, port, account, mode: config.mode, clientId: clientIdOf(config, 'cli'), messagesPerSecond },
        ...{ whatIf, watchMs, watching, enough },
        simulated: isSimulated(config.endpoints),
        contract: questions.contract ?? { symbol: symbols[0] ?? '' },
        clock: systemClock(),
        record: (frame) => capture?.write(frame),
      },
      signal,
    )
    return { ...inspection, capture: capture?.finish(inspection) ?? null }
  } finally {
    capture?.close()
  }
}

/** A capture as replays read it (stores/files/frame-line), line by line on disk, and beside it what it came to. */
class CaptureFile {
  readonly #file: string
  readonly #handle: number
  readonly #hash = createHash('sha256')
  readonly #clock = systemClock()
  #n = 0
  #isOpen = true

  constructor(file: string) {
    this.#file = file
    try {
      this.#handle = fs.openSync(file, 'wx')
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      throw new ConfigurationError(
        code === 'EEXIST'
          ? `${file} exists already: name a new file for the capture`
          : `${file} cannot be written (${message}): name another`,
      )
    }
  }

  write({ dir, tokens }: RawFrame): void {
    const payload = Buffer.from(JSON.stringify({ tokens }))
    const stamp = { n: ++this.#n, recvMs: this.#clock.nowMs(), monoNs: this.#clock.monoNs() }
    const line = `${encodeFrame({ ...stamp, venue: 'forecastex', conn: 1, dir, payload })}\n`
    this.#hash.update(line)
    fs.writeSync(this.#handle, line)
  }

  finish({ summary }: GatewayInspection): NonNullable<InspectedGateway['capture']> {
    this.close()
    fs.writeFileSync(summaryFileOf(this.#file), `${JSON.stringify(summary, null, 2)}\n`)
    return { file: this.#file, sha256: this.#hash.digest('hex') }
  }

  close(): void {
    if (this.#isOpen) fs.closeSync(this.#handle)
    this.#isOpen = false
  }
}

/** x.ndjson is summed up in x.summary.json. */
const summaryFileOf = (file: string): string => `${file.replace(/\.ndjson$/, '')}.summary.json`
