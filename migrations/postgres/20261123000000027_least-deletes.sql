-- Up Migration

-- The product deletes a claim when it is let go, and nothing else: a bug, or whoever has its password, cannot remove a trade, an order or a fill.
create or replace function grant_to_roles() returns void language plpgsql as $$
declare
  own record;
  has_app boolean := exists (select 1 from pg_roles where rolname = 'crossbook_app');
  has_reader boolean := exists (select 1 from pg_roles where rolname = 'crossbook_reader');
begin
  for own in select c.relname, c.relname = 'schema_migration' or c.relkind = 'v' as only_read, c.relname = 'claim' as deletes,
      exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc) as append_only
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') loop
    if has_reader then
      execute format('grant select on public.%I to crossbook_reader', own.relname);
    end if;
    if has_app then
      execute format('revoke all on public.%I from crossbook_app', own.relname);
      execute format('grant %s on public.%I to crossbook_app',
        case when own.only_read then 'select' when own.append_only then 'select, insert' when own.deletes then 'select, insert, update, delete'
          else 'select, insert, update' end, own.relname);
    end if;
  end loop;
  if has_reader then
    grant usage on schema public to crossbook_reader;
  end if;
  if has_app then
    grant usage on schema public to crossbook_app;
  end if;
end $$;
select grant_to_roles();

-- Down Migration

-- The wider grants come back with the next migration that is made after this one is undone; nothing needs them.
do $$
declare
  own record;
begin
  if exists (select 1 from pg_roles where rolname = 'crossbook_app') then
    for own in select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'schema_migration'
        and not exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc) loop
      execute format('grant delete on public.%I to crossbook_app', own.relname);
    end loop;
  end if;
end $$;
