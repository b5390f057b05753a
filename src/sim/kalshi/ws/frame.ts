/** One message on the wire. `msg` is JSON already: what many subscribers receive is written once. */
export interface Envelope {
  readonly type: string
  readonly id?: number | undefined
  readonly sid?: number
  readonly seq?: number
  readonly msg?: string
}

/** Keys in the recorded order. `sentMs` (since 2026-10-01 on every kind of message): when it was queued; null leaves it out. */
export function frame(envelope: Envelope, sentMs: number | null): string {
  const { type, id, sid, seq, msg } = envelope
  return `{"type":"${type}"${member('id', id)}${member('sid', sid)}${member('seq', seq)}${member('msg', msg)}${member('sending_ts_ms', sentMs)}}`
}

const member = (key: string, json: string | number | null | undefined): string =>
  json === undefined || json === null ? '' : `,"${key}":${json}`
