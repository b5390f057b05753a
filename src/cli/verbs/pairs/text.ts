import { assertNever } from '../../../core/assert'
import type { FieldName } from '../../../core/box/matching/compare'
import type { Proposition } from '../../../core/market/proposition'
import { conditionWords } from '../../../core/market/reading/conditions'
import { VENUES, type Venue } from '../../../core/ids'
import type { ProposalReport } from '../../../operator/pairs/propose'
import { movedTexts, type PairLine, type PairView } from '../../../operator/pairs/review'
import { dollars, table } from '../../render'

/** Enough of a fingerprint to tell two apart by eye. */
const SHORT_HASH = 12
/** More markets that were not understood than anybody reads at once. */
const NOT_READ_SHOWN = 20

export interface ImportReport {
  readonly imported: readonly { readonly id: string; readonly kind: string; readonly state: string }[]
  readonly refused: readonly { readonly row: number; readonly name: string; readonly why: string }[]
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
const percent = (similarity: number): string => `${Math.round(similarity / 100)} %`
const approvalOf = ({ approvedFor, expiresMs }: PairLine): string =>
  approvedFor === 'none' ? '–' : `${approvedFor}${expiresMs === null ? '' : ` until ${day(expiresMs)}`}`

export function listText(lines: readonly PairLine[]): string {
  if (lines.length === 0) return 'no pairs: crossbook pairs propose compares what ingest has read, crossbook pairs import takes a file'
  const rows = lines.map((line) => [
    ...[
      line.id,
      line.state,
      line.class,
      approvalOf(line),
      line.similarity === 0 ? '–' : percent(line.similarity),
      line.waitsFor ?? '',
      `${line.by}, ${day(line.atMs)}`,
    ],
    line.question,
  ])
  const waiting = lines.filter(({ waitsFor }) => waitsFor !== null).length
  return [
    table(['pair', 'state', 'class', 'approved for', 'alike', 'waits for', 'since', 'question'], rows, [4]),
    waiting === 0
      ? 'nothing waits'
      : `${plural(waiting, 'pair')} ${waiting === 1 ? 'waits' : 'wait'} for a person: crossbook pairs show ID`,
  ].join('\n\n')
}

/** Everything a person needs to judge a pair. */
export function pairText(view: PairView): string {
  const { id, version, state, reason, by, atMs, question, polarity } = view
  return [
    `pair ${id}, version ${version}: ${state} (${reason}), by ${by} at ${minute(atMs)}\n${question}${nextText(view)}`,
    `class ${view.class}: ${view.because.length === 0 ? 'as the file has it that it was imported from' : view.because.join('; ')}\n${polarityText(polarity)}`,
    fieldsText(view),
    ...VENUES.map((venue) => sideText(view, venue)),
    payoffText(view),
    approvalText(view),
    view.missingForAll.length === 0
      ? 'nothing is missing for an approval for all'
      : `missing for an approval for all:\n${view.missingForAll.map((each) => `- ${each}`).join('\n')}`,
    table(
      ['version', 'state', 'class', 'approved for', 'by', 'at', 'why'],
      view.versions.map((each) => [
        ...[
          String(each.version),
          each.state,
          each.class,
          each.approvedFor,
          `${each.by.name} (${each.by.role})`,
          minute(each.atMs),
          each.reason,
        ],
      ]),
      [0],
    ),
  ].join('\n\n')
}

/** What a person can do now, as he would type it. */
function nextText(view: PairView): string {
  const { id, version, state, class: identity, waitsFor, kalshi, forecastex } = view
  const approve = `crossbook pairs approve ${id} --certificate ${version}${identity === 'S0' ? '' : ' --class S0'} --evidence "…"`
  const idle = identity === 'S0' ? '' : ` (${identity} trades in no mode: --class S0 is for who knows more than the texts tell)`
  if (movedTexts(view).length > 0)
    return `\nnext: crossbook pairs propose --kalshi ${kalshi} --forecastex ${forecastex} takes the texts on record as those to judge; then look again`
  switch (state) {
    case 'proposed':
      return `\nnext: judge it, then ${approve}${idle}, or crossbook pairs reject ${id} --reason "…"`
    case 'suspended':
      return `\nnext: judge it anew, then ${approve}${idle}; or leave it: nothing opens on it`
    case 'active':
      return waitsFor === null ? `\nto stop it: crossbook pairs suspend ${id} --reason "…"` : `\nnext: judge it anew, then ${approve}`
    case 'ended':
    case 'rejected':
      return ''
  }
}

const polarityText = (polarity: 'same' | 'opposite'): string =>
  polarity === 'same' ? 'YES at Kalshi pays when YES at ForecastEx does' : 'YES at Kalshi pays when NO at ForecastEx does'

function fieldsText({ fields, sides }: PairView): string {
  const shown = (venue: Venue): Proposition | null => sides[venue].key ?? sides[venue].readNow
  const unjudged = VENUES.filter((venue) => sides[venue].key === null)
  if (fields === null) {
    const unread = VENUES.filter((venue) => shown(venue) === null)
    return `keys: ${unread.join(' and ')} not read, so they cannot be compared`
  }
  const keys = table(
    ['key', 'kalshi', 'forecastex', ''],
    fields.map(({ field, verdict }) => [field, told(shown('kalshi'), field), told(shown('forecastex'), field), verdict]),
  )
  return unjudged.length === 0 ? keys : `${keys}\n${unjudged.join(' and ')} as read now: nobody has judged it`
}

function told(key: Proposition | null, field: FieldName): string {
  if (key === null) return 'not read'
  const { source, measured } = key
  switch (field) {
    case 'condition':
      return conditionWords(key.condition)
    case 'source':
      return source === null ? NOT_TOLD : [source.agency, ...(source.document === null ? [] : [source.document])].join(', ')
    case 'measured':
      return measured === null ? NOT_TOLD : `${measured.date} ${measured.zone ?? '(zone not told)'}`
    case 'branches':
      return key.branches.length === 0
        ? 'none'
        : key.branches.map(({ state, yesPays }) => `${state}: YES pays ${paidText(yesPays)}`).join(', ')
    case 'statistic':
    case 'adjustment':
    case 'period':
    case 'grid':
    case 'rounding':
    case 'revision':
    case 'fallback':
      return key[field] ?? NOT_TOLD
    default:
      return assertNever(field, 'field')
  }
}
const NOT_TOLD = 'not told'
const paidText = ({ least, most }: { readonly least: number; readonly most: number }): string =>
  least === most ? dollars(least) : `${dollars(least)} to ${dollars(most)}`

function sideText(view: PairView, venue: Venue): string {
  const { market, judgedSha256, texts } = view.sides[venue]
  const word = view.approval === null ? 'to be judged' : 'judged'
  const judged = judgedSha256 === null ? 'no text was judged' : `${word}: text ${judgedSha256.slice(0, SHORT_HASH)}`
  const moved = movedTexts(view).includes(venue) ? `; the newest on record is another one` : ''
  const shown = texts.map(({ sha256, firstSeenMs, text }) => {
    const heading = `text ${sha256.slice(0, SHORT_HASH)}, first seen ${minute(firstSeenMs)}${sha256 === judgedSha256 ? ` (${word})` : ''}`
    return `${heading}\n${text.replace(/^/gm, '  ')}`
  })
  return [`${venue} ${market}: ${judged}${moved}`, ...(shown.length === 0 ? ['no text is on record'] : shown)].join('\n')
}

function payoffText({ polarity, payoff: { rows, least } }: PairView): string {
  const [withYes, withNo] = polarity === 'same' ? ['NO', 'YES'] : ['YES', 'NO']
  const matrix = table(
    ['both end', `Kalshi YES + ForecastEx ${withYes}`, `Kalshi NO + ForecastEx ${withNo}`],
    rows.map(({ state, A, B }) => [state, paidText(A), paidText(B)]),
    [1, 2],
  )
  return `${matrix}\nat the least: ${dollars(least.A.perContract)} (${least.A.state}) with Kalshi YES, ${dollars(least.B.perContract)} (${least.B.state}) with Kalshi NO`
}

function approvalText({ approval, approvedFor, expiresMs, evidence, state }: PairView): string {
  if (approval === null) return 'approved by nobody'
  const persons = approval.second === null ? approval.by : `${approval.by} and ${approval.second}`
  const until = expiresMs === null ? 'as long as its markets' : `until ${day(expiresMs)}`
  const force = state === 'active' ? '' : `; not in force: ${state}`
  return `approved for ${approvedFor} by ${persons} on ${day(approval.atMs)}, ${until}${force}\nevidence: ${evidence || 'none'}`
}

/** One line on what has become of a pair. */
export function decidedText(view: PairView): string {
  const { id, version, state, reason, approvedFor } = view
  if (state !== 'active') return `pair ${id} is ${state} (version ${version}): ${reason}`
  const idle = view.class === 'S0' ? '' : `; class ${view.class} is recorded and trades in no mode`
  return `pair ${id} is active (version ${version}), approved for ${approvedFor}${view.expiresMs === null ? '' : ` until ${day(view.expiresMs)}`}${idle}`
}

export function proposedText({ markets, proposals, notRead }: ProposalReport): string {
  const count = (kind: string): number => proposals.filter((each) => each.kind === kind).length
  const changed = proposals.filter(({ kind }) => kind !== 'unchanged')
  const rows = changed.map(({ id, kind, class: identity, similarity, why, question }) => [
    id,
    kind,
    identity,
    percent(similarity),
    why,
    question,
  ])
  const unread = notRead.slice(0, NOT_READ_SHOWN).map(({ venue, market, because }) => `- ${venue} ${market}: ${because}`)
  return [
    `looked at ${plural(markets.kalshi, 'market')} of kalshi and ${plural(markets.forecastex, 'question')} of forecastex: ${count('added')} proposed, ${count('changed')} changed, ${count('suspended')} suspended, ${count('unchanged')} as they were`,
    ...(rows.length === 0 ? [] : [table(['pair', '', 'class', 'alike', 'why', 'question'], rows, [3])]),
    ...(unread.length === 0
      ? []
      : [`${plural(notRead.length, 'market')} not understood, of which nothing is proposed:\n${unread.join('\n')}`]),
  ].join('\n\n')
}

export function importText({ imported, refused }: ImportReport): string {
  const rows = imported.map(({ id, kind, state }) => [id, kind, state])
  return [
    ...(rows.length === 0 ? [] : [table(['pair', '', 'state'], rows)]),
    ...(refused.length === 0
      ? []
      : [refused.map(({ row, name, why }) => `row ${row}${name === '' ? '' : ` (${name})`}: ${why}`).join('\n')]),
    `${plural(imported.length, 'pair')} on record; ${plural(refused.length, 'row')} not imported`,
  ].join('\n\n')
}
