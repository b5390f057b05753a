import fs from 'node:fs'
import path from 'node:path'
import { ownFamilies } from './known'

const PAGE = path.join(__dirname, '..', '..', 'docs', 'observability.md')

it('docs/observability.md has every figure of ours, and no other', async () => {
  const rows = (await ownFamilies()).map(
    ({ family: { name, type, labels = [], help }, by }) => `| \`${name}\` | ${type} | ${labels.join(', ')} | ${by.join(', ')} | ${help} |`,
  )
  const table = fs
    .readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `crossbook_'))
  expect(table).toEqual(rows.toSorted())
})
