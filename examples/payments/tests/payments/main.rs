//! The program as its user has it: options in, table and exit status out.

mod faults;
mod inputs;
mod program;
mod refusals;
mod servers;
