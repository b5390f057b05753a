import { money } from '../../../../src/core/units'
import { createForecastexCatalog, type ForecastexCatalog, type ForecastexCatalogOptions } from '../../../../src/venues/forecastex/catalog'
import { atEnd, forever, RawGateway, startGateway, type Adapter } from '../rig'

/** A contract as the scripted gateway lists it. */
export interface Listed {
  readonly conId: number
  readonly right: 'C' | 'P'
  readonly strike: string
  readonly date: string
  readonly time?: string
  readonly hours?: string
  readonly zone?: string
  /** Beside the last trading time; default: the zone of the hours. */
  readonly lastTradeZone?: string
  readonly rule?: string
}
export const UNDER = 658_663_572
export const HOURS = '20261122:0000-20261123:0000;20261123:0000-20261124:0000'

/** What the gateway answers to a product's requests; null: nothing, for ever. Options are asked for by date, month or not at all. */
export interface Product {
  readonly index?: 'listed' | 'refused' | null
  readonly dates?: readonly string[] | 'refused' | null
  readonly options?: (date: string) => readonly Listed[] | null
  readonly rule?: readonly (readonly [lowEdge: string, increment: string])[] | null
}

const details = (
  reqId: string,
  { conId, right, strike, date, time = '13:00:00', hours = HOURS, zone = 'US/Central', lastTradeZone = zone, rule = '' }: Listed,
) => [
  ...[
    10,
    reqId,
    'FF',
    'OPT',
    `${date} ${time} ${lastTradeZone}`.trim(),
    date,
    strike,
    right,
    'FORECASTX',
    'USD',
    `FF ${date} ?`,
    'FF',
    'FF',
    conId,
  ],
  ...['0.01', 1, 'LMT', 'FORECASTX', 1, UNDER, 'US Fed Funds Target Rate', '', date.slice(0, 6), '', 'g1', '', zone, hours, hours, '', ''],
  ...[0, 2_147_483_647, 'FF', 'IND', rule, date, '', 1, 1, 1, 0],
]
const index = (reqId: string) => [
  ...[10, reqId, 'FF', 'IND', '', '', '', '', 'FORECASTX', 'USD', 'FF', 'FF', 'FF', UNDER, '0.01', '', '', 'FORECASTX', 1, 0],
  ...['US Fed Funds Target Rate', '', '', '', 'g5351', '', '', '', '', '', '', 0, 2_147_483_647, '', '', '', '', '', 1, 1, 1, 0],
]

/** A gateway that lists one product, FF, and tells what it was asked. */
export class ProductGateway extends RawGateway {
  readonly asked: string[] = []
  product: Product = {}

  constructor() {
    super()
    this.onFrame = (tokens, send) => this.#answer(tokens, send)
  }

  #answer(tokens: readonly string[], send: (...answer: readonly unknown[]) => void): void {
    if (tokens[0] === '9') this.#details(tokens, send)
    if (tokens[0] === '78') {
      const [, reqId = '', symbol] = tokens
      this.asked.push(`dates of ${symbol}`)
      const { dates = 'refused' } = this.product
      if (dates === 'refused') send(4, 2, reqId, 200, 'No security definition has been found for the request', '')
      else if (dates) {
        send(75, reqId, 'FORECASTX', UNDER, 'FF', 1, dates.length, ...dates, 1, '3.125')
        send(76, reqId)
      }
    }
    if (tokens[0] === '91') {
      this.asked.push(`rule ${tokens[1]}`)
      const { rule = null } = this.product
      if (rule) send(93, tokens[1], rule.length, ...rule.flat())
    }
  }

  /** 9, 8, reqId, conId, symbol, secType, lastTradeDateOrContractMonth, … */
  #details([, , reqId = '', conId, symbol, secType, date = '']: readonly string[], send: (...answer: readonly unknown[]) => void): void {
    const isId = conId !== '' && conId !== '0'
    this.asked.push(isId ? `contract ${conId}` : `${secType} ${symbol} ${date}`.trim())
    const { index: kind = 'refused', options = () => [] } = this.product
    const refuse = (): void => send(4, 2, reqId, 200, 'No security definition has been found for the request', '')
    if (secType === 'IND' && !isId) {
      if (kind === 'refused') refuse()
      if (kind !== 'listed') return
      send(...index(reqId))
      return send(52, 1, reqId)
    }
    const rows = isId ? (options('')?.filter((each) => String(each.conId) === conId) ?? []) : options(date)
    if (rows === null) return
    if (rows.length === 0) return refuse()
    for (const each of rows) send(...details(reqId, each))
    send(52, 1, reqId)
  }
}

export interface Rig extends Adapter {
  readonly server: ProductGateway
  readonly catalog: ForecastexCatalog
}
export async function start(product: Product, change: Partial<ForecastexCatalogOptions> = {}): Promise<Rig> {
  const server = new ProductGateway()
  server.product = product
  atEnd(() => server.close())
  const adapter = startGateway(await server.listen())
  await adapter.gateway.whenUp(forever)
  const { gateway, clock } = adapter
  return { ...adapter, server, catalog: createForecastexCatalog({ gateway, clock, feePerContract: () => money('0.01'), ...change }) }
}

/** YES and NO of a question. */
export const question = (conId: number, change: Partial<Listed> = {}): readonly Listed[] => [
  { conId, right: 'C', strike: '3.125', date: '20261209', ...change },
  { conId: conId + 1, right: 'P', strike: '3.125', date: '20261209', ...change },
]
/** By date, month, or all. */
export const listing =
  (rows: readonly Listed[]) =>
  (date: string): readonly Listed[] =>
    rows.filter((row) => row.date.startsWith(date))
