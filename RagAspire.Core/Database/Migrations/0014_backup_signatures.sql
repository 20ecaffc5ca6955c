-- Backups are signed. One whose signature is missing or wrong is told apart from one that a disk has damaged.
alter table backups add column signing_key text;
comment on column backups.signing_key is 'The id of the key that signed the manifest; null for backups of versions that did not sign';
alter table backups drop constraint backups_status_check;
alter table backups add constraint backups_status_check check (
    status in ('running', 'complete', 'verified', 'damaged', 'untrusted', 'failed', 'missing', 'deleted'));
