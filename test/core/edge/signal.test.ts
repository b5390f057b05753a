import { detectEdge, type EdgeInput } from '../../../src/core/edge/detect'
import { signalOf, type SignalDocument } from '../../../src/core/edge/signal'
import { quantity } from '../../../src/core/units'
import { edgeInput, kalshiBook, level, NOW, refused, rules, thought, TICKER } from './fixture'

function signal(change: Partial<EdgeInput> = {}): SignalDocument {
  const finding = detectEdge(edgeInput(change))
  const document = finding.kind === 'none' ? null : signalOf(finding)
  if (document === null) throw new Error(`expected a signal of ${finding.kind}`)
  return document
}

describe('the signal document', () => {
  it('is that of the first systems, net and gross, as plain JSON', () => {
    const document = signal()
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
    expect(document.signal).toEqual({
      ...{ id: `sig_${NOW}_${TICKER}`, timestamp: NOW, action: 'BUY_YES', should_trade: true, profile: 'STANDARD' },
      kalshi: {
        ...{ ticker: TICKER, title: 'Chargers at Bills Winner?', yes_ask: '0.5000', no_ask: '0.5200', spread: '2.00', volume: '6000.00' },
      },
      sportsbook: {
        ...{ event_id: 'e1', consensus: '0.5703', lower: '0.5625', upper: '0.5781', book_count: 5, book_spread: '1.50' },
        books: { pinnacle: '0.5703', draftkings: '0.5703' },
      },
      edge: {
        // 1 − 0.578125 − 0.52 − 0.017472 − 0.0001, rounded to the account's grid
        ...{ cents: '4.49', percent: '8.98', side: 'yes', yes_edge: '4.49', no_edge: '-11.5725' },
        gross: { side: 'yes', cents: '7.0313', yes_edge: '7.0313', no_edge: '-9.0313' },
      },
      confidence: {
        ...{ score: 75, tier: 'HIGH' },
        reasons: [
          'edge 10 of 30: 4.49c net',
          'consensus 25 of 30: 5 families of books within 1.5c',
          'liquidity 20 of 20: 6000 contracts traded',
          'timing 20 of 20: 12 h to the start',
        ],
      },
      position: { recommended_contracts: '100.00', max_price: '0.5100', risk_amount: '52.7593', potential_profit: '47.2407' },
    })
  })

  it('has the seven conditions, each with both figures', () => {
    const { validation } = signal()
    expect(validation).toMatchObject({ all_conditions_met: true, reason: null })
    expect(validation.conditions.map(({ name, passed, actual, limit }) => `${name} ${passed}: ${actual} | ${limit}`)).toEqual([
      'min_edge true: $0.0449 net per contract of yes | ≥ $0.03 (high confidence)',
      'min_books true: 5 families of books, 5 by name | ≥ 3',
      'max_book_spread true: $0.015 | ≤ $0.03',
      'max_kalshi_spread true: $0.02 | ≤ $0.10',
      'min_volume true: 6000.00 | ≥ 500.00',
      'price_range true: 0.5000 for yes | 0.2500 to 0.8000',
      'timing true: 12 h | 2 h to 48 h',
    ])
  })

  it('of a refusal says what refused it, and recommends nothing that was not sized', () => {
    const { signal: said, validation } = signal({ volume: quantity('10'), ...rules({ minBooks: 9 }) })
    expect([said.should_trade, validation.all_conditions_met, validation.reason]).toEqual([false, false, 'min_books'])
    expect(validation.conditions.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(['min_books', 'min_volume'])
    expect(said.position).toEqual({ recommended_contracts: '0.00', max_price: null, risk_amount: '0.00', potential_profit: '0.00' })
    const guarded = signal({ movedAtMs: null })
    expect([guarded.signal.should_trade, guarded.validation.all_conditions_met, guarded.validation.reason]).toEqual([
      false,
      true,
      'odds later than the kalshi move',
    ])
  })

  it('buys NO where that is the side', () => {
    const no = thought({ probability: 0.4296875, lower: 0.421875, upper: 0.4375 })
    const book = kalshiBook([level('0.50', '500')], [level('0.52', '400')])
    expect(signal({ book, ...no }).signal).toMatchObject({
      action: 'BUY_NO',
      edge: { side: 'no', no_edge: '4.49' },
      kalshi: { no_ask: '0.5000' },
    })
  })

  it('is none without a side: there is no consensus to speak of', () => {
    const finding = refused(detectEdge(edgeInput({ consensus: { kind: 'none', reason: 'no lines', detail: '', dropped: [] } })))
    expect(signalOf(finding)).toBeNull()
  })
})
