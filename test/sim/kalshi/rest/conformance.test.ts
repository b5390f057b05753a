import { ROUTES } from '../../../../src/sim/kalshi/api/routes'
import { ALPHA, RunningSim } from '../../support/running'
import { RecordingClient, settleAll, walkAccount, walkMarkets, walkOrders, walkRefusals, wideScenario } from './course'
import { isHere, judge, type Exchange } from './openapi'
import { RELAXATIONS } from './relaxations'

const whenHere = isHere ? describe : describe.skip
if (!isHere) console.warn('skipped: the venue’s OpenAPI of ../shared is not here')

/** Any path of the first version's order writes. */
const SWITCHED_OFF = '/portfolio/orders'

whenHere('every REST answer', () => {
  const exchanges: Exchange[] = []
  let sim: RunningSim
  beforeAll(async () => {
    sim = await RunningSim.start(wideScenario())
    const alpha = new RecordingClient(sim.restUrl, ALPHA, exchanges)
    const anyone = new RecordingClient(sim.restUrl, null, exchanges)
    await walkOrders(alpha)
    await walkMarkets(anyone)
    await walkRefusals(alpha, anyone)
    await settleAll(sim)
    await walkAccount(alpha)
  })
  afterAll(() => sim.stop())

  it('is as the venue’s OpenAPI describes it', () => {
    const findings = judge()
    expect(exchanges.flatMap(findings)).toEqual([])
  })

  it('was asked for: every endpoint answered with success', () => {
    const answered = exchanges.filter(({ status }) => status < 300)
    const alive = ROUTES.filter(({ method, pattern }) => method === 'GET' || !pattern.test(SWITCHED_OFF))
    const silent = alive.filter(
      ({ method, pattern }) => !answered.some((exchange) => exchange.method === method && pattern.test(exchange.path)),
    )
    expect(silent.map(({ method, pattern }) => `${method} ${pattern.source}`)).toEqual([])
  })

  it.each(RELAXATIONS.map((relaxation) => [relaxation.what, relaxation] as const))('needs the relaxation: %s', (_, relaxation) => {
    const findings = judge(RELAXATIONS.filter((each) => each !== relaxation))
    expect(exchanges.flatMap(findings)).not.toEqual([])
  })

  it('would be found wrong with a key too many, a key too few, or a number for a string', () => {
    const findings = judge()
    const path = '/portfolio/orders/x/queue_position'
    const of = (body: unknown): string[] => findings({ method: 'GET', path, status: 200, body })
    expect(of({ queue_position_fp: '1.00' })).toEqual([])
    for (const body of [{ queue_position_fp: '1.00', more: 1 }, {}, { queue_position_fp: 1 }, { queue_position_fp: '1.000' }])
      expect(of(body)).not.toEqual([])
  })
})
