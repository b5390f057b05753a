import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { FAILURES } from '../../src/core/failures'
import { figuresOf } from './expressions'
import { furtherNames, ownFamilies, sdkLibrary } from './known'

const ROOT = path.join(__dirname, '..', '..')
const PROMETHEUS = path.join(ROOT, 'deploy', 'prometheus')
const DASHBOARDS = path.join(ROOT, 'deploy', 'grafana', 'dashboards')
/** Of the target, and of every histogram. */
const ALWAYS = ['job', 'instance', 'process', 'shard', 'le']

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook_url: string }
}
interface Dashboard {
  readonly uid: string
  readonly panels: readonly { readonly id: number; readonly title: string; readonly targets: readonly { readonly expr: string }[] }[]
}

const rules = (parse(fs.readFileSync(path.join(PROMETHEUS, 'alerts.yml'), 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
)
const dashboards = fs.readdirSync(DASHBOARDS).map((file) => ({
  file,
  dashboard: JSON.parse(fs.readFileSync(path.join(DASHBOARDS, file), 'utf8')) as Dashboard,
}))
const expressions = [
  ...rules.map(({ alert, expr }) => ({ at: alert, expr })),
  ...dashboards.flatMap(({ file, dashboard }) =>
    dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ at: `${file}: ${title}`, expr }))),
  ),
]

const runbook = fs.readFileSync(path.join(ROOT, 'docs', 'runbook.md'), 'utf8')
const headings = [...runbook.matchAll(/^##+ (.+)$/gm)].map(([, heading = '']) => heading)
/** As a page of Markdown makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')
const anchors = new Set(headings.map(anchorOf))

it('finds the figures of an expression, and nothing else', () => {
  const found = figuresOf(
    'histogram_quantile(0.99, sum by (le, a) (rate(x_bucket{b="up or down",c=~"d"}[5m]))) > 2e9 unless on (i) y == 1 or vector(0)',
  )
  expect(found).toEqual([
    { name: 'x_bucket', labels: ['b', 'c'] },
    { name: 'y', labels: [] },
  ])
})

describe('rules and dashboards', () => {
  it('ask for figures that there are, by labels that they have', async () => {
    const own = new Map((await ownFamilies()).map(({ family }) => [family.name, family.labels ?? []]))
    const further = new Set([...(await furtherNames()), 'up'])
    const sdk = sdkLibrary()
    const isOfSdk = (name: string): boolean => {
      const [, stem] = /^temporal_(.+?)(?:_bucket)?$/.exec(name) ?? []
      return stem !== undefined && sdk.includes(stem)
    }
    const wrong = expressions.flatMap(({ at, expr }) =>
      figuresOf(expr).flatMap(({ name, labels }) => {
        const known = own.get(name)
        if (known === undefined) return further.has(name) || isOfSdk(name) ? [] : [`${at}: there is no ${name}`]
        return labels.filter((label) => !known.includes(label) && !ALWAYS.includes(label)).map((label) => `${at}: ${name} has no ${label}`)
      }),
    )
    expect(wrong).toEqual([])
    expect(expressions.flatMap(({ expr }) => figuresOf(expr)).length).toBeGreaterThan(expressions.length - 1)
  })

  it('each dashboard and each panel has an id of its own', () => {
    expect(new Set(dashboards.map(({ dashboard: { uid } }) => uid)).size).toBe(dashboards.length)
    for (const { dashboard } of dashboards) expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })
})

describe('alert rules', () => {
  it('have a severity, one sentence, and a paragraph of the runbook that is there', () => {
    for (const { alert, labels, annotations } of rules) {
      expect([alert, ['critical', 'warning', 'info'].includes(labels.severity)]).toEqual([alert, true])
      expect(annotations.summary).not.toBe('')
      const [file, anchor = ''] = annotations.runbook_url.split('#')
      expect(file).toBe('docs/runbook.md')
      if (alert === 'FailureTold') expect(anchor).toBe('{{ $labels.failure | reReplaceAll " " "-" }}')
      else expect([anchor, anchors.has(anchor)]).toEqual([alert.toLowerCase(), true])
    }
  })
  it('a failure that is told resolves to its own paragraph', () => {
    expect(Object.values(FAILURES).filter((failure) => !anchors.has(failure.replaceAll(' ', '-')))).toEqual([])
  })
  it('and no other rule is in the runbook', () => {
    const section = /^## Alert rules\n([\s\S]*?)(?=^## )/m.exec(runbook)?.[1] ?? ''
    const described = [...section.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)
    expect(described).toEqual(rules.map(({ alert }) => alert))
  })

  const promtool = spawnSync('promtool', ['--version']).status === 0
  const named = promtool
    ? 'promtool takes the rules, and they fire as they should'
    : 'promtool is not on PATH: the rules were not given to it'
  ;(promtool ? it : it.skip)(named, () => {
    const check = (...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: PROMETHEUS, encoding: 'utf8' })
      return status === 0 ? 'fine' : `${stdout}${stderr}`
    }
    expect([check('check', 'config', 'prometheus.yml'), check('test', 'rules', 'alerts.test.yml')]).toEqual(['fine', 'fine'])
  })
})
