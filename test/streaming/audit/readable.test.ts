import { readableOrderbooks } from '../../../src/venues/kalshi/wire/answers/books'

const book = (ticker: string, price: string): object => ({ ticker, orderbook_fp: { yes_dollars: [[price, '1.00']], no_dollars: null } })

describe('the books of one answer, as the audit reads them', () => {
  it('are compared although one of them cannot be read', () => {
    const bodies = [book('A', '0.4000'), book('B', '0.40005'), { ticker: 'C' }, book('D', '0.5000')]
    expect([...readableOrderbooks({ orderbooks: bodies }).keys()]).toEqual(['A', 'D'])
  })

  it('are no answer when there is no list, or a market is told twice', () => {
    expect(() => readableOrderbooks({})).toThrow('orderbooks')
    expect(() => readableOrderbooks({ orderbooks: [book('A', '0.4000'), book('A', '0.4000')] })).toThrow('twice')
  })
})
