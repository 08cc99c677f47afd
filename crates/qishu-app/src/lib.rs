//! What people and programs can do: one file per operation, one per background job
