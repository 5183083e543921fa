-- What version 5 of the record of runs brought.
alter table failed_unit add column cause text not null default '';
create index failed_unit_cause on failed_unit (run, cause);
alter table batch add column sent real;
alter table batch add column ended real;
alter table run add column retry_of text;
alter table run add column held_before integer;
alter table run add column held_after integer;
pragma user_version = 5;
