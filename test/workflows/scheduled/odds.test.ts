import type { IngestedOdds } from '../../../src/workflows/messages'
import { rigOfFile } from '../rig'

const WORKFLOW = 'ingestOdds'
const QUIET: IngestedOdds = { sports: [], left: [], remaining: null, nextMs: null, paused: null, keyRefused: null, failure: null }
let round: IngestedOdds = QUIET
const rig = rigOfFile({ ingestOddsRound: () => Promise.resolve(round) })
const linesOf = async (): Promise<readonly string[]> => (await rig.details(WORKFLOW)).split('\n')

describe('ingestOdds', () => {
  it('tells of each sport what came, why outcomes have no consensus, and what was not asked', async () => {
    const nba = {
      sport: 'basketball_nba',
      games: 3,
      priced: 2,
      refused: { 'too few families': 2 },
      problems: ['event e1: …'],
      failure: null,
    }
    const mlb = { ...nba, sport: 'baseball_mlb', refused: {}, problems: [], failure: 'too many: 429' }
    round = { ...QUIET, sports: [nba, mlb], left: ['icehockey_nhl'], remaining: 19_998, nextMs: 1 }
    expect(await rig.runOther(WORKFLOW)).toEqual(round)
    expect(await linesOf()).toEqual([
      '- basketball_nba: 3 games, 2 with a consensus',
      '  - 2 × too few families',
      '  - event e1: …',
      '- baseball_mlb: too many: 429',
      '- due and not asked: icehockey_nhl',
      '- credits left: 19998',
    ])
  })

  it('says in one line that there is no source, and is done', async () => {
    round = { ...QUIET, failure: 'there is no source of odds: the scenario has no section odds' }
    expect(await rig.runOther(WORKFLOW)).toEqual(round)
    expect(await linesOf()).toEqual(['- nothing asked: there is no source of odds: the scenario has no section odds'])
  })

  it('has failed when the key is refused, for that is a person’s to mend', async () => {
    round = { ...QUIET, keyRefused: '401 INVALID_KEY', failure: 'key refused: 401 INVALID_KEY' }
    await expect(rig.runOther(WORKFLOW)).rejects.toMatchObject({ cause: { message: '401 INVALID_KEY', type: 'key refused' } })
    expect(await linesOf()).toEqual(['- nothing asked: key refused: 401 INVALID_KEY'])
  })
})
