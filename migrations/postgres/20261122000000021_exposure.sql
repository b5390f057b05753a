-- Up Migration

-- As before, but what running trades intend is found by the trades that run, of which there are a few, and not among all orders that there ever were: a reserve
-- read those one by one, and took longer with each trade of the ledger's life.
create or replace function exposure_of(p_venues text[], p_markets text[]) returns jsonb language sql stable as $$
  with running as materialized (select trade_id from trade where ended_ms is null and reservation = 'granted'),
    wanted as (select w.n, w.venue, w.market, coalesce(l.event, w.market) as event
      from unnest(p_venues, p_markets) with ordinality as w (venue, market, n) left join listing l on l.venue = w.venue and l.market = w.market),
    alike as (select w.n, l.venue, l.market from wanted w join listing l on l.venue = w.venue and l.event = w.event
      union all select w.n, w.venue, w.event from wanted w where not exists (select 1 from listing l where l.venue = w.venue and l.market = w.event)),
    intended as materialized (select i.venue, i.market, i.quantity from running r
      cross join lateral (select venue, market, quantity from order_intent where trade_id = r.trade_id and client_order_id !~ '-c[0-9]+$' offset 0) i),
    placed as (select a.n, a.market, e.quantity, e.dust from alike a join market_exposure e on e.venue = a.venue and e.market = a.market
      union all select a.n, a.market, i.quantity, 0 from intended i join alike a on a.venue = i.venue and a.market = i.market)
  select jsonb_agg(to_jsonb(e) - 'n' order by e.n) from (select w.n, w.venue, w.market, w.event, coalesce(sum(p.quantity) filter (where p.market = w.market), 0) as in_market,
      coalesce(sum(p.quantity), 0) as in_event, coalesce(sum(p.dust) filter (where p.market = w.market), 0) as dust
    from wanted w left join placed p on p.n = w.n group by w.n, w.venue, w.market, w.event) e
$$;

-- Down Migration

create or replace function exposure_of(p_venues text[], p_markets text[]) returns jsonb language sql stable as $$
  with wanted as (select w.n, w.venue, w.market, coalesce(l.event, w.market) as event
      from unnest(p_venues, p_markets) with ordinality as w (venue, market, n) left join listing l on l.venue = w.venue and l.market = w.market),
    alike as (select w.n, l.venue, l.market from wanted w join listing l on l.venue = w.venue and l.event = w.event
      union all select w.n, w.venue, w.event from wanted w where not exists (select 1 from listing l where l.venue = w.venue and l.market = w.event)),
    placed as (select a.n, a.market, e.quantity, e.dust from alike a join market_exposure e on e.venue = a.venue and e.market = a.market
      union all select a.n, a.market, i.quantity, 0 from trade t join order_intent i using (trade_id) join alike a on a.venue = i.venue and a.market = i.market
        where t.ended_ms is null and t.reservation = 'granted' and i.client_order_id !~ '-c[0-9]+$')
  select jsonb_agg(to_jsonb(e) - 'n' order by e.n) from (select w.n, w.venue, w.market, w.event, coalesce(sum(p.quantity) filter (where p.market = w.market), 0) as in_market,
      coalesce(sum(p.quantity), 0) as in_event, coalesce(sum(p.dust) filter (where p.market = w.market), 0) as dust
    from wanted w left join placed p on p.n = w.n group by w.n, w.venue, w.market, w.event) e
$$;
