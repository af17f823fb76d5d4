//! Two processes, one SQLite file, a table of one's own: a holder that is stopped past its ttl cannot save. The same
//! with the fence left out of the WHERE clause loses an update, so the test could have seen it.
//!
//! The holder is this very program, started once more with `holder` as its first argument.
#![cfg(unix)]

mod accounts;
mod holder;
mod parent;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::accounts::Check;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, role, file, check] = &arguments[..]
        && role == "holder"
    {
        holder::run(file, Check::from_text(check));
        return ExitCode::SUCCESS;
    }
    let trials = vec![
        Trial::test(
            "a_holder_that_was_stopped_past_its_ttl_cannot_save",
            a_holder_that_was_stopped_past_its_ttl_cannot_save,
        ),
        Trial::test("without_the_fence_the_update_is_lost", without_the_fence_the_update_is_lost),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn a_holder_that_was_stopped_past_its_ttl_cannot_save() -> Result<(), Failed> {
    parent::run(Check::FenceAndVersion)
}

fn without_the_fence_the_update_is_lost() -> Result<(), Failed> {
    parent::run(Check::Nothing)
}
