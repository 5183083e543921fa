-- What version 4 of the record of runs brought.
alter table batch add column created integer;
alter table batch add column resent integer not null default 0;
pragma user_version = 4;
