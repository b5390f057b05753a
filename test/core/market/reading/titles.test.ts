import { readTitle } from '../../../../src/core/market/reading/titles/title'

/** What a title is read as, in one line. */
function asked(title: string, rules = '', edition: string | null = null): string {
  const reading = readTitle({ title, rules, edition })
  if (reading.kind === 'not-read') return reading.because
  const { statistic, period, condition } = reading.proposition
  return `${statistic} | ${period ?? '?'} | ${condition.kind === 'named' ? condition.outcome : JSON.stringify(condition)}`
}

describe('a question told by its title', () => {
  it.each([
    [
      'Will Democrat win the House race for TX-7 in 2026?',
      'Will the Democratic Party win the TX-07 House seat in 2026?',
      'us-house-seat/TX-07 | 2026 | party:D',
    ],
    [
      'Will the Republican party win the House in 2026?',
      'Will the Republican Party win a majority in the United States House of Representatives in the 2026 general election?',
      'us-house-control | 2026 | party:R',
    ],
    [
      'Will the Democratic party win the governorship in Ohio in 2026',
      'Will the Democrats win the Ohio governor race in 2026?',
      'us-governor/OH | 2026 | party:D',
    ],
    [
      'Will Ann Lee win the 2026 Ohio Lieutenant Governor election?',
      'Will Ann Lee win the Ohio Lieutenant Governor Election in 2026?',
      'us-lieutenant-governor/OH | 2026 | name:ann lee',
    ],
    [
      'Will Ann Lee win AL Rookie of the Year in 2026?',
      'Will Ann Lee win the 2026 American League Rookie of the Year Award?',
      'question/win al rookie of year | 2026 | name:ann lee',
    ],
    [
      'Will Ann Lee win the 2026 F1 Drivers Championship?',
      "Will Ann Lee be the 2026 F1 Drivers' Champion?",
      'question/win f1 drivers championship | 2026 | name:ann lee',
    ],
    [
      'Will Seattle win the 2026 Pro Baseball American League Championship?',
      'Will the Seattle Mariners win the 2026 American League Championship Series?',
      'question/win alcs | 2026 | club:SEA',
    ],
    [
      'Will Team Nova qualify for the playoffs at 2026 PGL Oslo?',
      'Will Nova Esports qualify to the PGL Oslo Major 2026 playoffs?',
      'qualifier/pgl oslo/playoffs | 2026 | team:nova',
    ],
    [
      'Will Nova qualify for the Grand Final at 2026 PGL Oslo?',
      'Will Nova reach the Grand Final at PGL Oslo Major 2026?',
      'qualifier/pgl oslo/final | 2026 | team:nova',
    ],
    [
      'Will Ann Lee be arrested before Jan 2027?',
      'Will Ann Lee be arrested before 2027?',
      'question/be arrested | <2027-01-01 | name:ann lee',
    ],
  ])('both spellings of %s', (one, other, expected) => expect([asked(one), asked(other)]).toEqual([expected, expected]))
  it.each([
    ['another seat', 'Will Democratic win the House race for TX-7?', 'Will Democratic win the House race for TX-17?'],
    [
      'another office',
      'Will Ann Lee be the Republican nominee for Governor in Ohio?',
      'Will Ann Lee be the Republican nominee for Senate in Ohio?',
    ],
    [
      'a first round',
      'Will Ann Lee win the 2026 Ruritanian presidential election?',
      'Will Ann Lee win the first round of the 2026 Ruritanian presidential election?',
    ],
    ['another stage', 'Will Nova qualify for Stage 3 at 2026 PGL Oslo?', 'Will Nova qualify for the playoffs at 2026 PGL Oslo?'],
    ['another team of one organisation', 'Will Nova win PGL Oslo 2026?', 'Will Nova Academy win PGL Oslo 2026?'],
    ['another count', 'Will there be more than 3000 owls in 2026?', 'Will there be at least 3000 owls in 2026?'],
    ['another margin', 'Will Ann Lee win by more than 1.5 points in 2026?', 'Will Ann Lee win by more than 15 points in 2026?'],
    ['another sign', 'Will Ann Lee finish above -5% in 2026?', 'Will Ann Lee finish above 5% in 2026?'],
    ['another unit', 'Will Ann Lee get 5% in 2026?', 'Will Ann Lee get 5 in 2026?'],
    ['a prize that only its bare words name', 'Will Ann Lee win a major in 2026?', 'Will Ann Lee win the prize in 2026?'],
    ['a city of two clubs', 'Will Chicago win the 2026 World Series?', 'Will the Chicago Cubs win the 2026 World Series?'],
  ])('told apart: %s', (_, one, other) => expect(asked(one)).not.toBe(asked(other)))
  it('the year of the rules or of the event, where the title has none; none where it and the event differ, or "the next" is asked', () => {
    const title = 'Will the Democratic Party win the TX-17 House seat?'
    const rules =
      'It resolves by the U.S. House seat won in the 2026 midterm elections, held on November 3, 2026. Before 2028 nothing changes.'
    expect(
      [asked(title), asked(title, rules), asked(title, '', '2026'), asked(title, rules, '2028')].map((line) => line.split(' | ')[1]),
    ).toEqual([...['?', '2026', '2026', '?']])
    expect(asked('Will Ann Lee win the next Ruritanian presidential election?', '', '2026')).toContain('| ? |')
  })
  it('seats of a Congress: the election that made it', () =>
    expect(asked('Will the Democratic party win 218-221 House seats in the 120th Congress?')).toBe(
      'us-house-seats-won/D | 2026 | {"kind":"between","low":"218","high":"221"}',
    ))
})
