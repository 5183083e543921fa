//! Encord's metadata schema: types, merging, value checks. Pure: no I/O.
