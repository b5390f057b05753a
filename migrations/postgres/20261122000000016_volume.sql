-- Up Migration

-- What is asked with each trade must not cost more with every trade that was. The last end of a pair's trades, for its cool-down:
create index trade_last_end on trade (subject, ended_ms) where reservation <> 'refused';
-- When the account was put on record, of all transfers; asked with each look at it:
create index transfer_of_deposits on transfer (id) where kind = 'deposit';
-- What a trade was paid, and what was paid lately:
create index settlement_by_trade on settlement (trade_id);
create index settlement_by_time on settlement (venue, at_ms);

-- Down Migration

drop index settlement_by_time;
drop index settlement_by_trade;
drop index transfer_of_deposits;
drop index trade_last_end;
