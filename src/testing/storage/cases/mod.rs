//! The cases, by subject: first what the storage is asked itself, then what a repository over it is asked.

pub(super) mod ahead;
pub(super) mod delete;
pub(super) mod documents;
pub(super) mod doubt;
pub(super) mod ids;
pub(super) mod insert;
pub(super) mod queries;
pub(super) mod repository;
pub(super) mod save;
pub(super) mod update;
