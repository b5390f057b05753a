import { mulberry32 } from '../../../../src/core/random'
import { manualClock, type MovableClock } from '../../../../src/sim/clock'
import { ArmedFaults, IBKR_FAULT_FIELDS, IBKR_FAULTS } from '../../../../src/sim/faults'
import type { IbkrVenue } from '../../../../src/sim/ibkr/port'
import { createIbkrVenue } from '../../../../src/sim/ibkr/venue'
import type { IbkrSection } from '../../../../src/sim/schema'
import { memoryStore, type MemoryStore } from '../../support/store'
import { contract, IbClient, NOW_MS, order, section, YES } from '../rig'

export const SEED = 11

/** A gateway whose time only the test moves, with the faults as the control endpoint arms them. */
export interface Venue {
  readonly venue: IbkrVenue
  readonly clock: MovableClock
  readonly faults: ArmedFaults
  readonly port: number
  /** Everything sent, in its order. */
  readonly sent: string[]
  /** What survives it. */
  readonly store: MemoryStore
  arm(name: string, fields?: object): void
  event(type: string, fields?: object): void
  state(): State
}

export interface State {
  readonly cash: string
  readonly available: string
  readonly accrued: string
  readonly violations: readonly string[]
  readonly positions: readonly { readonly con_id: number; readonly size: number }[]
  readonly open_orders: readonly { readonly orderRef: string; readonly status: string; readonly filled: number }[]
  readonly completed_orders: readonly { readonly orderRef: string; readonly status: string; readonly filled: number }[]
  readonly executions: readonly { readonly execId: string; readonly size: number; readonly price: number; readonly side: string }[]
}

const running: IbkrVenue[] = []

export async function stopVenues(): Promise<void> {
  await Promise.all(running.splice(0).map((venue) => venue.close()))
}

export async function openVenue(ibkr: IbkrSection = section(), earlier?: MemoryStore, clock = manualClock(NOW_MS)): Promise<Venue> {
  const faults = new ArmedFaults(IBKR_FAULTS, mulberry32(SEED), IBKR_FAULT_FIELDS)
  const sent: string[] = []
  const store = memoryStore(earlier)
  const venue: IbkrVenue = createIbkrVenue({
    ...{ section: ibkr, clock, faults, random: () => 7, store },
    wire: (dir, conn, tokens) => void (dir === 'out' && sent.push(`${conn} ${tokens.join('|')}`)),
  })
  running.push(venue)
  const { port } = await venue.listen('127.0.0.1', 0)
  const arm = (name: string, fields: object = {}): void => faults.arm({ venue: 'ibkr', type: 'fault', name, ...fields })
  const event = (type: string, fields: object = {}): void => venue.apply({ type, ...fields })
  return { venue, clock, faults, port, sent, store, arm, event, state: () => venue.state() as State }
}

export interface Trading extends Venue {
  readonly client: IbClient
  /** The next order id. */
  readonly id: number
  /** Places an order for YES (or `conId`) and waits until the gateway has answered all that it says at once. @returns log position before it. */
  place(id: number, change?: object, conId?: number): Promise<number>
}

/** Waits until everything that was sent before has been served. */
export const served = (client: IbClient): Promise<unknown> => client.end('currentTime', () => client.api.reqCurrentTime())

export async function trading(change: Parameters<typeof section>[0] = {}, earlier?: MemoryStore, clock?: MovableClock): Promise<Trading> {
  const venue = await openVenue(section(change), earlier, clock)
  const client = new IbClient(venue.port)
  const id = await client.up()
  const place = async (orderId: number, changed: object = {}, conId = YES): Promise<number> => {
    const from = client.log.length
    client.api.placeOrder(orderId, contract(conId), order(changed))
    await served(client)
    return from
  }
  return { ...venue, client, id, place }
}

/** The story without what belongs to the barrier. */
export const story = (client: IbClient, from: number): readonly string[] => client.names(from).filter((name) => name !== 'currentTime')

export interface Execution {
  readonly execId: string
  readonly shares: number
  readonly price: number
  readonly side: string
  readonly orderId: number
  readonly orderRef: string
  readonly permId: number
  readonly cumQty: number
}
export const executions = (client: IbClient, from = 0): readonly Execution[] =>
  client.of('execDetails', from).map((entry) => entry[3] as Execution)

/** A resting order: below everything that is offered. */
export const RESTING = { tif: 'GTC', lmtPrice: 0.5 }
