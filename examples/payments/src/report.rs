//! The table at the end.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
    time::Duration,
};

use indicatif::HumanCount;

use crate::{
    check::Books,
    coordinator::Tally,
    input::{Input, Source, shown},
};

pub(crate) struct Summary<'a> {
    pub(crate) title: &'a str,
    pub(crate) source: &'a Source,
    pub(crate) input: &'a Input,
    pub(crate) rejects: &'a Path,
    pub(crate) tally: Tally,
    pub(crate) took: Duration,
    pub(crate) expected: BTreeMap<u64, Books>,
    pub(crate) found: BTreeMap<u64, Books>,
    /// Whether things were to go wrong.
    pub(crate) drilled: bool,
}

impl Summary<'_> {
    /// Why the run has failed, if it has.
    pub(crate) fn failures(&self) -> Vec<String> {
        let mut failures: Vec<String> = self.wrong().collect();
        if self.drilled && self.tally.refused_by_fence == 0 {
            failures.push("no save was refused by the fence".into());
        }
        if self.drilled && !self.tally.holder_killed {
            failures.push("no worker was killed while it held a lock".into());
        }
        failures
    }

    /// The accounts whose balance is not what it must be.
    fn wrong(&self) -> impl Iterator<Item = String> {
        let accounts =
            self.expected.keys().chain(self.found.keys().filter(|id| !self.expected.contains_key(id)));
        accounts.filter_map(|id| {
            let books = |of: &BTreeMap<u64, Books>| of.get(id).copied().unwrap_or_default();
            let (expected, found) = (books(&self.expected), books(&self.found));
            (expected != found).then(|| {
                format!(
                    "account {id}: balance {} after {} payments, must be {} after {}",
                    euros(found.balance),
                    found.payments,
                    euros(expected.balance),
                    expected.payments
                )
            })
        })
    }

    pub(crate) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { title, source, input, tally, took, expected, .. } = self;
        let count = |n: usize| HumanCount(n as u64).to_string();
        let per_second = (tally.applied as f64 / took.as_secs_f64()) as usize;
        let right = expected.len() - self.wrong().count().min(expected.len());
        writeln!(out, "{title}\n")?;
        let mut row = |name: &str, value: usize, note: &str| {
            let row = format!("{name:<26}{:>10}  {note}", count(value));
            writeln!(out, "{}", row.trim_end())
        };
        row("lines", input.lines, &format!("of {}", source.name))?;
        row("applied", tally.applied, "")?;
        row("duplicates skipped", tally.duplicates, "")?;
        row("malformed", input.rejects.len(), &self.where_rejects_are())?;
        row("saves refused by fence", tally.refused_by_fence, "")?;
        row("saves refused by deadline", tally.refused_by_deadline, "")?;
        if tally.refused_by_version > 0 {
            row("saves refused by version", tally.refused_by_version, "")?;
        }
        let killed = if tally.holder_killed { "one was killed while it held a lock" } else { "" };
        row("workers replaced", tally.replaced, killed)?;
        row("payments/s", per_second, &format!("{:.1} s in all", took.as_secs_f64()))?;
        row("balances right", right, &format!("of {}", count(expected.len())))
    }

    fn where_rejects_are(&self) -> String {
        if self.input.rejects.is_empty() {
            return String::new();
        }
        format!("kept in {}", shown(self.rejects))
    }
}

fn euros(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}
