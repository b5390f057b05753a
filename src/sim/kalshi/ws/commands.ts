import type { FaultBook } from '../../faults'
import { CHANNELS, isChannel, type Channel } from './channels'
import { CommandError, errorBody, isErrorCode } from './errors'
import { checkShards, flag, names, selectMarkets, type Fields, type Selection } from './selection'
import { addMarkets, confirm, sendInitial, type Session } from './session'
import type { Subscription } from './subscription'
import { update } from './update'

/** The commands of one WebSocket connection and their answers (kalshi.md §7.2). */

/** Does what the text says and answers; what it cannot do is a numbered error, never an exception. */
export function obey(session: Session, text: string): void {
  let id: number | undefined
  try {
    const command = decode(text)
    id = idOf(command)
    if (!session.admit()) throw new CommandError(27)
    fault(session.view.floor.faults, session.accountId, command['cmd'])
    run(session, id, command)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    session.send({ type: 'error', id, msg: JSON.stringify(errorBody(error.code, error.detail)) })
  }
}

function decode(text: string): Fields {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new CommandError(1)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new CommandError(1)
  return parsed as Fields
}

/** 0 and an absent id: the answers carry none. */
function idOf(command: Fields): number | undefined {
  const id = command['id'] ?? 0
  if (!Number.isInteger(id) || Number(id) < 0) throw new CommandError(1)
  return Number(id) === 0 ? undefined : Number(id)
}

/** Fault `ws_error:<code>`: the next command fails with it, whatever it asks. */
function fault(faults: FaultBook, accountId: string, cmd: unknown): void {
  const code = Number(faults.take('ws_error', { account_id: accountId, cmd })?.name.split(':')[1] ?? 0)
  if (isErrorCode(code)) throw new CommandError(code)
}

function run(session: Session, id: number | undefined, command: Fields): void {
  const { cmd, params } = command
  if (cmd === 'list_subscriptions') return list(session, id)
  if (cmd !== 'subscribe' && cmd !== 'unsubscribe' && cmd !== 'update_subscription') throw new CommandError(5)
  if (typeof params !== 'object' || params === null || Array.isArray(params)) throw new CommandError(2)
  if (cmd === 'subscribe') subscribe(session, id, params as Fields)
  else if (cmd === 'unsubscribe') unsubscribe(session, id, params as Fields)
  else update(session, id, params as Fields)
}

/** The documents require an id here: 0 stands for none. */
function list(session: Session, id = 0): void {
  const open = [...session.subscriptions.values()].map(({ channel, sid }) => ({ channel, sid }))
  session.send({ type: 'ok', id, msg: JSON.stringify(open) })
}

function channelsOf(fields: Fields): readonly Channel[] {
  const channels = fields['channels'] ?? []
  if (!Array.isArray(channels) || channels.length === 0) throw new CommandError(3)
  const known = channels.filter(isChannel)
  if (known.length < channels.length) throw new CommandError(8)
  return [...new Set(known)]
}

/** All channels or none: everything is checked before anything is opened. Every acknowledgement comes before any data (recorded). */
function subscribe(session: Session, id: number | undefined, fields: Fields): void {
  const channels = channelsOf(fields)
  const selection = selectMarkets(session.view.floor.tables, fields)
  const options = { useYesPrice: flag(fields, 'use_yes_price'), skipTickerAck: flag(fields, 'skip_ticker_ack') }
  const withTickers = flag(fields, 'send_initial_snapshot')
  for (const channel of channels) check(session, channel, selection, fields)
  const initial = channels.map((channel) => {
    const open = [...session.subscriptions.values()].find((subscription) => subscription.channel === channel)
    return open
      ? widen(session, id, open, selection, withTickers)
      : start(session, id, channel, { selection, options, withTickers }, fields)
  })
  for (const send of initial) send()
}

/** @throws CommandError when this channel cannot be subscribed so. */
function check(session: Session, channel: Channel, selection: Selection | null, fields: Fields): void {
  const { markets } = CHANNELS[channel]
  if (markets === 'required' && selection === null) throw new CommandError(14)
  if (markets !== 'ignored' && selection?.isById === true && channel !== 'ticker') throw new CommandError(11)
  if (markets !== 'ignored' && (selection?.tickers.length ?? 0) > session.marketsMax) throw new CommandError(26)
  if (channel === 'communications') checkShards(fields)
}

interface Wanted {
  readonly selection: Selection | null
  readonly options: Subscription['options']
  readonly withTickers: boolean
}

function start(session: Session, id: number | undefined, channel: Channel, wanted: Wanted, fields: Fields): () => void {
  const subscription = session.open(channel, initialNames(channel, wanted.selection, fields), wanted.options)
  session.send({ type: 'subscribed', id, msg: JSON.stringify({ channel, sid: subscription.sid }) })
  const tickers = CHANNELS[channel].markets === 'ignored' ? [] : [...(subscription.tickers ?? [])]
  return () => sendInitial(session, subscription, tickers, wanted.withTickers)
}

function initialNames(channel: Channel, selection: Selection | null, fields: Fields): Set<string> | null {
  if (channel === 'cfbenchmarks_value' || channel === 'cfbenchmarks_value_5hz') return new Set(names(fields, null, 'index_ids'))
  if (channel === 'pyth_value') return new Set(names(fields, null, 'underlying_tickers'))
  return CHANNELS[channel].markets === 'ignored' || selection === null ? null : new Set(selection.tickers)
}

/** Subscribed again: what is new joins the open subscription, whose options stay as they are. */
function widen(
  session: Session,
  id: number | undefined,
  subscription: Subscription,
  selection: Selection | null,
  withTickers: boolean,
): () => void {
  const fresh = addMarkets(session, subscription, selection)
  confirm(session, id, subscription, selection?.isById ?? false)
  return () => sendInitial(session, subscription, fresh, withTickers)
}

function unsubscribe(session: Session, id: number | undefined, fields: Fields): void {
  const sids = fields['sids'] ?? []
  if (!Array.isArray(sids) || sids.length === 0) throw new CommandError(4)
  for (const sid of sids as unknown[]) {
    const subscription = typeof sid === 'number' ? session.subscriptions.get(sid) : undefined
    if (!subscription) {
      session.send({ type: 'error', id, msg: JSON.stringify(errorBody(7)) })
      continue
    }
    session.subscriptions.delete(subscription.sid)
    session.write(subscription.answer('unsubscribed', id))
  }
}
