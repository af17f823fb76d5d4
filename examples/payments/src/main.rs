//! Payments that arrive twice, workers that are killed, and balances that are right all the same.
//!
//! `domain` is what a service of one's own would look like; all the rest lets things go wrong around it and looks what
//! becomes of the balances.

mod check;
mod cli;
mod coordinator;
mod domain;
mod faults;
mod generate;
mod home;
mod input;
mod protocol;
mod report;
mod run;
mod worker;

use std::{io::ErrorKind, process::ExitCode};

use clap::Parser;

use crate::cli::{Cli, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { command, run: options } = Cli::parse();
    match command {
        Some(Command::Generate(options)) => match generate::generate(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => fail(2, &error.into()),
        },
        Some(Command::Worker) => {
            worker::process::run().await;
            ExitCode::SUCCESS
        }
        None => {
            let prepared = match run::prepare(options).await {
                Ok(prepared) => prepared,
                Err(error) => return fail(2, &error),
            };
            match prepared.run().await {
                Ok(true) => ExitCode::SUCCESS,
                Ok(false) => ExitCode::FAILURE,
                Err(error) => fail(1, &error),
            }
        }
    }
}

fn fail(status: u8, error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(status)
}
