-- Up Migration

-- The schema judged as one piece (docs/schema.md). What no writer has ever written, none may: a state outside its machine, a venue that is none, an
-- amount of the wrong sign, a transfer of a trade that is not there.

alter table transfer add constraint transfer_of_a_trade foreign key (trade_id) references trade (trade_id);

alter table trade
  add constraint trade_strategy check (strategy in ('box', 'edge')),
  add constraint trade_mode check (mode in ('sim', 'paper', 'observe', 'demo', 'live')),
  add constraint trade_state check (state in ('running', 'ended')),
  add constraint trade_end_has_its_time check ((state = 'ended') = (ended_ms is not null)),
  add constraint trade_outcome check (outcome in ('refused', 'missed', 'locked', 'partly-locked', 'unwound', 'held', 'surrendered')),
  add constraint trade_outcome_at_its_end check (outcome is null or state = 'ended'),
  add constraint trade_of_contracts check (contracts >= 0),
  add constraint trade_after_an_epoch check (halt_epoch >= 0);
alter table ledger_mode add constraint ledger_mode_of_trades check (mode in ('sim', 'paper', 'observe', 'demo', 'live'));
alter table trade_result add constraint trade_result_strategy check (strategy in ('box', 'edge'));

alter table order_intent
  add constraint order_venue check (venue in ('kalshi', 'forecastex')),
  add constraint order_filled check (filled >= 0);
alter table fill
  add constraint fill_venue check (venue in ('kalshi', 'forecastex')),
  add constraint fill_outcome check (outcome in ('yes', 'no')),
  add constraint fill_action check (action in ('buy', 'sell')),
  add constraint fill_grid check (fee_grid_micros >= 0);
alter table lot
  add constraint lot_venue check (venue in ('kalshi', 'forecastex')),
  add constraint lot_outcome check (outcome in ('yes', 'no'));
alter table settlement
  add constraint settlement_venue check (venue in ('kalshi', 'forecastex')),
  add constraint settlement_outcome check (outcome in ('yes', 'no')),
  add constraint settlement_of_contracts check (quantity > 0);
alter table box_pairing
  add constraint box_pairing_matched check (matched >= 0),
  add constraint box_pairing_venue check (naked_venue in ('kalshi', 'forecastex'));
alter table claim add constraint claim_venue check (venue in ('kalshi', 'forecastex'));

alter table listing
  add constraint listing_venue check (venue in ('kalshi', 'forecastex')),
  add constraint listing_status check (status in ('open', 'paused', 'closed', 'determined', 'settled'));
alter table venue_position
  add constraint venue_position_venue check (venue in ('kalshi', 'forecastex')),
  add constraint venue_position_outcome check (outcome in ('yes', 'no')),
  add constraint venue_position_quantity check (quantity >= 0);
alter table accrual add constraint accrual_venue check (venue in ('kalshi', 'forecastex'));
alter table accrual_fall add constraint accrual_fall_venue check (venue in ('kalshi', 'forecastex'));

alter table epoch add constraint epoch_rises check (value >= 0);
alter table halt add constraint halt_of_an_epoch check (epoch > 0);
alter table lease add constraint lease_of_an_epoch check (epoch > 0);

-- Who changed something had one of the roles there are. Not so in the audit itself: it takes what it is told, or a trade with a verdict could not end.
alter table halt add constraint halt_role check (role in ('viewer', 'operator', 'approver', 'system'));
alter table limits_proposal
  add constraint limits_proposal_role check (role in ('viewer', 'operator', 'approver', 'system')),
  add constraint limits_proposal_decided_role check (decided_role in ('viewer', 'operator', 'approver', 'system'));
alter table fact_proof add constraint fact_proof_role check (role in ('viewer', 'operator', 'approver', 'system'));
alter table fact_withdrawal add constraint fact_withdrawal_role check (role in ('viewer', 'operator', 'approver', 'system'));
alter table certificate add constraint certificate_role check (role in ('viewer', 'operator', 'approver', 'system'));
alter table drill add constraint drill_role check (role in ('viewer', 'operator', 'approver', 'system'));

-- What we hold, as a venue would list it: contracts in 1e-2, cost in micro-dollars (fees excluded), in how many trades.
create view position as
  select venue, market, outcome, sum(quantity)::bigint as quantity, sum(cost_micros)::bigint as cost_micros, count(*) as trades
  from lot where quantity > 0 group by venue, market, outcome;

-- Indexes that nothing reads: each cost every write of its table.
drop index trade_by_subject;
drop index fact_proof_by_fact;
drop index tie_out_by_day;
drop index forecastex_question_changes_at;

-- A venue's fills since a moment (reconciliation, every minute), of all it ever told:
create index fill_by_time on fill (venue, account, at_ms);
-- Whether an execution that a venue tells is booked, whatever its order:
create index fill_by_execution on fill (execution_id);
-- The reason of a change that is looked up by its order, each time a trade with a verdict ends:
create index audit_of_verdicts on audit ((detail ->> 'order')) where action = 'verdict';

-- Down Migration

drop index audit_of_verdicts;
drop index fill_by_execution;
drop index fill_by_time;
create index forecastex_question_changes_at on forecastex_question_changes (at_ms);
create index tie_out_by_day on tie_out (day, id);
create index fact_proof_by_fact on fact_proof (fact, at_ms);
create index trade_by_subject on trade (subject, started_ms desc);
drop view position;
alter table drill drop constraint drill_role;
alter table certificate drop constraint certificate_role;
alter table fact_withdrawal drop constraint fact_withdrawal_role;
alter table fact_proof drop constraint fact_proof_role;
alter table limits_proposal drop constraint limits_proposal_decided_role, drop constraint limits_proposal_role;
alter table halt drop constraint halt_role;
alter table lease drop constraint lease_of_an_epoch;
alter table halt drop constraint halt_of_an_epoch;
alter table epoch drop constraint epoch_rises;
alter table accrual_fall drop constraint accrual_fall_venue;
alter table accrual drop constraint accrual_venue;
alter table venue_position drop constraint venue_position_quantity, drop constraint venue_position_outcome, drop constraint venue_position_venue;
alter table listing drop constraint listing_status, drop constraint listing_venue;
alter table claim drop constraint claim_venue;
alter table box_pairing drop constraint box_pairing_venue, drop constraint box_pairing_matched;
alter table settlement drop constraint settlement_of_contracts, drop constraint settlement_outcome, drop constraint settlement_venue;
alter table lot drop constraint lot_outcome, drop constraint lot_venue;
alter table fill drop constraint fill_grid, drop constraint fill_action, drop constraint fill_outcome, drop constraint fill_venue;
alter table order_intent drop constraint order_filled, drop constraint order_venue;
alter table trade_result drop constraint trade_result_strategy;
alter table ledger_mode drop constraint ledger_mode_of_trades;
alter table trade drop constraint trade_after_an_epoch, drop constraint trade_of_contracts, drop constraint trade_outcome_at_its_end,
  drop constraint trade_outcome, drop constraint trade_end_has_its_time, drop constraint trade_state, drop constraint trade_mode, drop constraint trade_strategy;
alter table transfer drop constraint transfer_of_a_trade;
