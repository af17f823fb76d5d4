//! What a repository promises, over every home of entities.

mod account;
mod doubt;
mod fence_ahead;
mod filters;
mod guards;
mod round_trips;
mod table;
mod writes;
