import type { Client } from 'pg'

/** Owns the ledger's tables and changes their shape; the product does not connect as it. */
export const MIGRATOR = 'crossbook_migrator'
/** What the product connects as (migrations/postgres: grant_to_roles). */
export const APP = 'crossbook_app'

/**
 * Makes the roles of a server of ours, and hands what there is in its database to the migrator: an earlier start has left it to the superuser. A start that
 * finds all as it should be changes nothing.
 */
const HAND_OVER = `
do $$
declare
  own record;
begin
  for own in select name from unnest(array['${MIGRATOR}', '${APP}', 'crossbook_reader']) name where not exists (select 1 from pg_roles where rolname = name) loop
    execute format('create role %I login', own.name);
  end loop;
  alter role ${MIGRATOR} createdb; -- a backup is restored into a database of its own
  execute format('alter database %I owner to ${MIGRATOR}', current_database());
  alter schema public owner to ${MIGRATOR};
  for own in select c.relname, c.relkind from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
      and c.relowner <> '${MIGRATOR}'::regrole loop
    execute format('alter %s public.%I owner to ${MIGRATOR}', case own.relkind when 'v' then 'view' else 'table' end, own.relname);
  end loop;
  for own in select p.oid::regprocedure as signature from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proowner <> '${MIGRATOR}'::regrole loop
    execute format('alter function %s owner to ${MIGRATOR}', own.signature);
  end loop;
end $$`

/** As a superuser, in the ledger's own database. */
export const handOver = (client: Client): Promise<unknown> => client.query(HAND_OVER)

/** The same database, as somebody else. */
export const asRole = (url: string, role: string): string => Object.assign(new URL(url), { username: role }).href
