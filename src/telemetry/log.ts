import pino, { type DestinationStream, type Level, type Logger } from 'pino'
import { isOurOrderId, parseOrderId } from '../core/ids'
import type { Log } from '../ports/log'
import { redact, redactText } from './redact'

const STDERR = 2

export interface LogOptions {
  /** Name of the process, in every line. */
  readonly process: string
  /** Lines below this level are not written. */
  readonly level: Level
  /** For a person: one short line instead of JSON. Default false. */
  readonly pretty?: boolean
  /** The time of the lines; the machine's unless told otherwise. */
  readonly nowMs?: () => number
  /** Where lines go; stderr unless told otherwise (stdout belongs to results). */
  readonly destination?: DestinationStream
}

/** Structured log of one process, one JSON object a line, without secrets. Lines are written at once: the last one before a crash matters most. */
export function createLog(options: LogOptions): Log {
  const destination = options.destination ?? pino.destination({ dest: STDERR, sync: true })
  const { nowMs = Date.now } = options
  const logger = pino(
    {
      level: options.level,
      base: { process: options.process, pid: process.pid },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":${nowMs()}`,
    },
    options.pretty ? prettyStream(destination) : destination,
  )
  return {
    debug: writerOf(logger, 'debug'),
    info: writerOf(logger, 'info'),
    warn: writerOf(logger, 'warn'),
    error: writerOf(logger, 'error'),
  }
}

function writerOf(logger: Logger, level: 'debug' | 'info' | 'warn' | 'error'): Log['info'] {
  return (fields, message) => {
    if (logger.isLevelEnabled(level)) logger[level](redact(withTrade(fields)), redactText(message))
  }
}

/** A line about an order is one about its trade, so that one search finds all lines of a trade. What names its trade keeps that. */
function withTrade(fields: object): object {
  if ('tradeId' in fields || !('clientOrderId' in fields)) return fields
  const { clientOrderId } = fields
  return typeof clientOrderId === 'string' && isOurOrderId(clientOrderId)
    ? { tradeId: parseOrderId(clientOrderId).tradeId, ...fields }
    : fields
}

/** `12:30:05.123 warn  streaming: message {"fields":…}` */
function prettyStream(destination: DestinationStream): DestinationStream {
  return {
    write: (line) => {
      const { level, time, pid: _pid, process: name, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
      const at = new Date(Number(time)).toISOString().slice(11, 23)
      const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ''
      destination.write(`${at} ${String(level).padEnd(5)} ${String(name)}: ${String(msg)}${rest}\n`)
    },
  }
}
