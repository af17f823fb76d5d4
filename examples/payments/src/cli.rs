//! The command line.

use std::{ffi::OsStr, path::PathBuf, str::FromStr};

use clap::{
    Arg, Args, Command as ClapCommand, Error as ClapError, Parser, Subcommand, ValueEnum,
    builder::TypedValueParser, error::ErrorKind,
};

use crate::home::Database;

/// Payments that arrive twice, workers that are killed, and balances that are right all the same.
///
/// Reads charges and refunds, starts workers that share one database, lets one of them be killed and another one be
/// stopped in the middle of a write, and checks every balance in the end.
///
/// Exit status: 0 if every balance is right and the faults did happen; 1 if not; 2 if the input or an option is not
/// usable.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: Run,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print an input like payments.jsonl, which was made with the default options
    Generate(Generate),
    /// What the worker processes are started with
    #[command(hide = true)]
    Worker,
}

#[derive(Args)]
pub(crate) struct Run {
    /// The payments, one JSON object a line; `-` is standard input
    #[arg(default_value = default_input(), hide_default_value = true)]
    pub(crate) input: PathBuf,
    /// Where locks and accounts live: `sqlite` (a file that is not synced to the disk and is removed in the end),
    /// `sqlite:PATH` (synced and kept; made if it is not there), `postgres://USER:PASSWORD@HOST:PORT/DATABASE`,
    /// `mysql://..` for MySQL and MariaDB (both kept), or `memory` (the workers are tasks of one process, without
    /// faults). A database that has accounts already is refused
    #[arg(long, default_value = "sqlite", value_parser = StoreParser)]
    pub(crate) store: Store,
    /// What goes wrong on purpose [default: `default`, but `none` in memory]
    #[arg(long, value_enum)]
    pub(crate) faults: Option<Faults>,
    /// How many workers; the faults need two
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) workers: u8,
    /// Where lines go that are no payments [default: beside the input, as payments.rejects.jsonl]
    #[arg(long, value_name = "PATH")]
    pub(crate) rejects: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Generate {
    /// How many payments; each arrives once, twice or three times
    #[arg(long, default_value_t = 12_500)]
    pub(crate) payments: usize,
    /// On how many accounts
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) accounts: u32,
    /// Another seed gives other payments
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Memory,
    /// An SQLite file that is removed in the end.
    ThrowAway,
    Kept(Database),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Faults {
    /// Nothing
    None,
    /// One worker is killed while it holds a lock; one is stopped before a write until another worker has saved the same
    /// account
    Default,
    /// The same with a storage that leaves fence and version out: the balances do not come out right
    NoFence,
}

impl FromStr for Store {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "memory" => Ok(Self::Memory),
            "sqlite" => Ok(Self::ThrowAway),
            _ => text.parse().map(Self::Kept),
        }
    }
}

/// Its errors do not repeat the value, as those of clap's own do: there may be a password in it.
#[derive(Clone)]
struct StoreParser;

impl TypedValueParser for StoreParser {
    type Value = Store;

    fn parse_ref(
        &self,
        command: &ClapCommand,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, ClapError> {
        let parsed = value.to_str().ok_or_else(|| "this is not UTF-8".to_owned()).and_then(str::parse);
        parsed.map_err(|why| {
            command.clone().error(ErrorKind::ValueValidation, format!("invalid value for `--store`: {why}"))
        })
    }
}

/// The file beside the manifest, wherever this is run from.
fn default_input() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/payments.jsonl")
}
