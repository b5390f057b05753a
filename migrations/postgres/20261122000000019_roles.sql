-- Up Migration

-- Who may what (docs/schema.md). crossbook_app: what the product does, and no more: rows, never tables, and of what is append-only no change.
-- crossbook_reader: looks. Both belong to the whole server: another database of it may have made them, perhaps at this moment. Without the right to make
-- roles the schema is as good, and the product connects as its owner.
do $$
declare
  name text;
begin
  foreach name in array array['crossbook_app', 'crossbook_reader'] loop
    begin
      if not exists (select 1 from pg_roles where rolname = name) then
        execute format('create role %I login', name);
      end if;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then raise notice 'role % was not made: this user may make none', name;
    end;
  end loop;
end $$;

-- Grants what the roles that are there may do with the tables that are there; again with every migration that adds a table, and when a role was made later.
create function grant_to_roles() returns void language plpgsql as $$
declare
  own record;
  has_app boolean := exists (select 1 from pg_roles where rolname = 'crossbook_app');
  has_reader boolean := exists (select 1 from pg_roles where rolname = 'crossbook_reader');
begin
  for own in select c.relname, c.relkind, c.relname = 'schema_migration' or c.relkind = 'v' as only_read,
      exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc) as append_only
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') loop
    if has_reader then
      execute format('grant select on public.%I to crossbook_reader', own.relname);
    end if;
    if has_app then
      execute format('revoke all on public.%I from crossbook_app', own.relname);
      execute format('grant %s on public.%I to crossbook_app',
        case when own.only_read then 'select' when own.append_only then 'select, insert' else 'select, insert, update, delete' end, own.relname);
    end if;
  end loop;
  if has_reader then
    grant usage on schema public to crossbook_reader;
  end if;
  if has_app then
    grant usage on schema public to crossbook_app;
  end if;
end $$;
revoke execute on function grant_to_roles() from public;
select grant_to_roles();

-- Down Migration

-- The roles stay: another database of the server may have them in use.
do $$
declare
  name text;
begin
  foreach name in array array['crossbook_app', 'crossbook_reader'] loop
    if exists (select 1 from pg_roles where rolname = name) then
      execute format('revoke all on all tables in schema public from %I', name);
      execute format('revoke usage on schema public from %I', name);
    end if;
  end loop;
end $$;
drop function grant_to_roles;
