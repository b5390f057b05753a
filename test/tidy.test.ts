import { portsTakeSignals, testNamesNameRules, WITHOUT_SIGNAL } from './tidy/contracts'
import {
  failuresNeverTold,
  failuresWithoutTest,
  missingFromRunbook,
  rulesWithoutTest,
  strayInRunbook,
  titlesOf,
  trapsWithoutTest,
} from './tidy/failures'
import { IMPORT_TABLE } from './tidy/import-table'
import { driversAtHome, followsTable, nothingImportsSim, verbsOnlyByDynamicImport, wiringOnlyFromMains } from './tidy/imports'
import { environmentOnlyInConfig, moneyNeverThroughFloats, noAny, pureWhereTimeIsAnArgument } from './tidy/purity'
import { linesNameTheirTrade } from './tidy/logs'
import { mapOf, shownOf } from './tidy/map'
import { everyFileIsReached } from './tidy/reach'
import { rulesNotTold } from './tidy/rules'
import { noDrawers, smallFiles, smallFolders, smallFunctions } from './tidy/shape'
import { filesBelow, format, loadSources, type Law } from './tidy/source'
import { nothingUnfinished, noMachinePaths, noSuppressions, readText, trackedFiles } from './tidy/text'

const src = loadSources('src')
const all = [...src, ...loadSources('test')]
const titles = titlesOf(all)
const files = [...filesBelow('src'), ...filesBelow('test')]
/** Fails with one line per violation: file, line, what is wrong. */
const expectKept = (law: Law, sources = all): void => expect(format(law(sources))).toEqual([])

describe('who may know whom', () => {
  it('imports follow the table', () => expectKept(followsTable()))
  it('every room of the table is there', () => {
    const modules = src.map(({ path }) => path.slice(4, -3))
    const empty = Object.keys(IMPORT_TABLE).filter((room) => !modules.some((module) => module === room || module.startsWith(`${room}/`)))
    expect(empty).toEqual([])
  })
  it('the map of the house is the table', () => expect(shownOf(mapOf(readText('ARCHITECTURE.md')))).toEqual(shownOf(IMPORT_TABLE)))
  it('nothing imports the simulators or chaos', () => expectKept(nothingImportsSim))
  it('only a main and the verbs of the command line wire', () => expectKept(wiringOnlyFromMains))
  it('a verb is loaded when it is asked for', () => expectKept(verbsOnlyByDynamicImport))
  it('a driver is known in its folder only', () => expectKept(driversAtHome))
  it('every file is reached from a main', () => expectKept(everyFileIsReached))
})

describe('time, chance, money and types', () => {
  it('the environment is read in src/config only', () => expectKept(environmentOnlyInConfig))
  it('core, wire and the sagas have no clock, timer, chance or network', () => expectKept(pureWhereTimeIsAnArgument))
  it('ledger, risk and fees never take money through a float', () => expectKept(moneyNeverThroughFloats))
  it('nothing says any', () => expectKept(noAny))
  it('nothing switches the type checker off', () => expectKept(noSuppressions))
  it('nothing is left unfinished', () => expectKept(nothingUnfinished))
})

describe('size and names', () => {
  it('a folder has 15 files at most', () => expect(format(smallFolders(files))).toEqual([]))
  it('a file has 300 lines at most', () => expectKept(smallFiles))
  it('a function has 70 lines at most', () => expectKept(smallFunctions))
  it('there are no drawers', () => expect(format(noDrawers(files))).toEqual([]))
  it('no file names a folder of one machine', () => {
    expect(format(trackedFiles().flatMap((file) => noMachinePaths(file, readText(file))))).toEqual([])
  })
})

describe('contracts', () => {
  it('a port method that returns a promise ends in a signal', () => expectKept(portsTakeSignals))
  it('every exception from that is still needed', () => {
    const text = src
      .filter(({ path }) => path.startsWith('src/ports/'))
      .map((source) => source.text)
      .join('\n')
    const gone = Object.keys(WITHOUT_SIGNAL).filter(
      (name) => !text.includes(`${name.split('.')[1]}(`) || !text.includes(`interface ${name.split('.')[0]}`),
    )
    expect(gone).toEqual([])
  })
  it('a line of the log calls a trade tradeId and an order clientOrderId', () => expectKept(linesNameTheirTrade))
  it('test names name rules that exist', () => expectKept(testNamesNameRules))
  it('every rule, invariant and defect that must not come back has a test of its name', () => expect(rulesWithoutTest(titles)).toEqual([]))
  it('every failure is told by a line of the product', () => expect(failuresNeverTold(src)).toEqual([]))
  it('docs/rules.md tells every rule and where it lives', () => expect(rulesNotTold(readText('docs/rules.md'), files)).toEqual([]))
  it('every trap of ForecastEx has a test of its number, and its row', () => {
    const table = 'docs/decisions/ibkr-traps.md'
    expect(trapsWithoutTest(titles)).toEqual([])
    expect(format(failuresWithoutTest(table, readText(table), titles))).toEqual([])
    expect(readText(table).match(/^\| \d+ (?=\|)/gm)).toEqual(Array.from({ length: 28 }, (_, n) => `| ${n + 1} `))
  })
  it('every check, gate, refusal and failure has its heading in the runbook, and no other has one', () => {
    const runbook = readText('docs/runbook.md')
    expect(missingFromRunbook(runbook, src)).toEqual([])
    expect(strayInRunbook(runbook, src)).toEqual([])
  })
  it('every failure of docs/failures.md has its test', () =>
    expect(format(failuresWithoutTest('docs/failures.md', readText('docs/failures.md'), titles))).toEqual([]))
})
