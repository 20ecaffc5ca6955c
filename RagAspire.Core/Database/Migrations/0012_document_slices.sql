-- The bytes of a version in slices: a file as one value took several times its size in the memory of the server.
create table document_slices (
    document_id uuid not null,
    version     integer not null,
    ordinal     integer not null,
    bytes       bytea not null,
    primary key (document_id, version, ordinal),
    foreign key (document_id, version) references document_contents on delete cascade
);
-- Documents are mostly compressed already.
alter table document_slices alter column bytes set storage external;

insert into document_slices (document_id, version, ordinal, bytes)
select c.document_id, c.version, n, substring(c.content from n * 262144 + 1 for 262144)
from document_contents c, generate_series(0, (octet_length(c.content) - 1) / 262144) n;
alter table document_contents drop column content;
