import { createLog, type LogOptions } from '../../src/telemetry/log'

function logged(options: Omit<LogOptions, 'process' | 'destination'>, write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = []
  write(createLog({ process: 'streaming', destination: { write: (line) => lines.push(line) }, ...options }))
  return lines
}

describe('the log', () => {
  it('writes one JSON object a line with the name of the process and no secret', () => {
    const [line = ''] = logged({ level: 'info' }, (log) =>
      log.warn({ venue: 'kalshi', apiKey: 'abc123', error: new Error('no') }, 'cannot reach redis://:hunter2@127.0.0.1'),
    )
    const { error, ...fields } = JSON.parse(line) as Record<string, unknown>
    expect(fields).toMatchObject({ level: 'warn', process: 'streaming', pid: process.pid, venue: 'kalshi', apiKey: '[redacted]' })
    expect(fields['msg']).toBe('cannot reach redis://:[redacted]@127.0.0.1')
    expect(error).toMatchObject({ name: 'Error', message: 'no' })
    expect(line.endsWith('}\n')).toBe(true)
  })

  it('a line about one of our orders names its trade, and no other line gets one', () => {
    const lines = logged({ level: 'info' }, (log) => {
      log.warn({ clientOrderId: 'cb-0Ab9-a1' }, 'ours')
      log.warn({ clientOrderId: 'cb-0Ab9-a1', tradeId: 'told' }, 'ours')
      log.warn({ clientOrderId: 'by hand' }, 'not ours')
      log.warn({ venue: 'kalshi' }, 'no order')
    })
    expect(lines.map((line) => (JSON.parse(line) as { tradeId?: string }).tradeId)).toEqual(['0Ab9', 'told', undefined, undefined])
  })

  it('leaves out what is below its level', () => {
    const lines = logged({ level: 'warn' }, (log) => {
      log.debug({}, 'one')
      log.info({}, 'two')
      log.error({}, 'three')
    })
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['three'])
  })

  it('writes a short line for a person', () => {
    const [line = ''] = logged({ level: 'info', pretty: true }, (log) => log.info({ open: 3, token: 'abc' }, 'ready'))
    expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}streaming: ready \{"open":3,"token":"\[redacted\]"\}\n$/)
  })
})
