//! Locks in an SQLite file.
