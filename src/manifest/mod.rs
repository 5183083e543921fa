//! The domain: items, groups, codecs, checks and batching. Pure: no I/O.
