-- What version 2 of the record of runs brought.
alter table run add column despite text not null default '[]';
pragma user_version = 2;
