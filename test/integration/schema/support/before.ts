import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestLedger } from '../../ledger/support/ledger'

const MIGRATIONS = path.join(__dirname, '..', '..', '..', '..', 'migrations', 'postgres')

function definition(file: string, name: string): string {
  const [up = ''] = readFileSync(path.join(MIGRATIONS, file), 'utf8').split('-- Down Migration')
  const found = new RegExp(`create (?:or replace )?function ${name}\\([^]*?\\n(?:end )?\\$\\$;`).exec(up)
  if (!found) throw new Error(`${file} has no function ${name}`)
  return found[0].replace('create or replace', 'create').replace('create function ', 'create function before.')
}

/** The functions that summed rows with each reserve, as they were, in a schema of their own. */
export async function restoreSummingFunctions(world: TestLedger): Promise<void> {
  const functions = [
    definition('20261122000000004_risk.sql', 'exposure_of'),
    // told since then: whether a result is one of an edge that is still held
    definition('20261122000000004_risk.sql', 'breaker_facts').replace("'clean', clean)", "'clean', clean, 'open', is_open)"),
    definition('20261122000000006_purses.sql', 'risk_state'),
  ]
  await world.database.query(['drop schema if exists before cascade', 'create schema before', ...functions].join(';'))
}

interface State {
  readonly claims?: readonly { readonly venue: string }[]
}

/** What a reserve is told of the ledger, by the sums that are kept or by its rows. */
export async function riskState(world: TestLedger, by: 'sums' | 'rows', args: readonly unknown[]): Promise<unknown> {
  const client = await world.database.connect()
  try {
    await client.query(`begin; set local search_path = ${by === 'rows' ? 'before, public' : 'public'}`)
    const read = await client.query<{ state: State }>('select risk_state($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) as state', [...args])
    const { claims = [], ...state } = read.rows[0]?.state ?? {}
    return { ...state, claims: claims.toSorted((a, b) => (a.venue < b.venue ? -1 : 1)) } // they come in any order
  } finally {
    await client.query('rollback')
    client.release()
  }
}
