//! One run, from the options to the table.

use std::{
    collections::BTreeMap,
    io::{self, stdout},
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, anyhow, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use lockproof::{Query, Repository};
use tempfile::TempDir;

use crate::{
    check::{self, Books},
    cli::{self, Faults, Store},
    coordinator::{Coordinator, Drill, Workforce},
    domain::{Account, Ledger},
    home::{Database, Home, Workplace},
    input::{Input, Source},
    report::Summary,
};

/// A run of which all that the user gave is known to be usable.
pub(crate) struct Prepared {
    title: String,
    source: Source,
    input: Input,
    rejects: PathBuf,
    workers: u8,
    drill: Option<Drill>,
    home: Home,
    /// That of the worker processes; without one they are tasks.
    workplace: Option<Workplace>,
    /// What is removed in the end.
    _throw_away: Option<TempDir>,
}

pub(crate) async fn prepare(options: cli::Run) -> Result<Prepared> {
    let in_memory = options.store == Store::Memory;
    let faults = options.faults.unwrap_or(if in_memory { Faults::None } else { Faults::Default });
    ensure!(
        !in_memory || faults == Faults::None,
        "`--store memory` has no faults: its workers are tasks, which cannot be killed or stopped one by one"
    );
    ensure!(
        faults == Faults::None || options.workers > 1,
        "the faults need two workers at least: say `--workers 2` or `--faults none`"
    );
    let source = Source::open(&options.input)?;
    let input = source.read()?;
    let drill = match faults {
        Faults::None => None,
        Faults::Default | Faults::NoFence => Some(Drill::plan(&input.payments).with_context(|| {
            format!(
                "{}: the faults need two accounts with payments that arrive once, one of them with two; say \
                 `--faults none`",
                source.name
            )
        })?),
    };
    let (database, throw_away) = database(options.store)?;
    let workplace = database.map(|database| Workplace { database, unfenced: faults == Faults::NoFence });
    let home = open(workplace.as_ref()).await?;
    let rejects = options.rejects.unwrap_or_else(|| source.rejects());
    input.keep_rejects(&source, &rejects)?;
    let title = format!(
        "{} worker {}, {}",
        options.workers,
        if in_memory { "tasks" } else { "processes" },
        match &workplace {
            None => "accounts and locks in memory".into(),
            Some(Workplace { database: Database::Sqlite { throw_away: true, .. }, .. }) =>
                "on a throw-away SQLite file (not synced to the disk)".into(),
            Some(Workplace { database, .. }) => format!("on {database}"),
        }
    );
    Ok(Prepared {
        title,
        source,
        input,
        rejects,
        workers: options.workers,
        drill,
        home,
        workplace,
        _throw_away: throw_away,
    })
}

/// What the workers share, and its directory if it is to be removed.
fn database(store: Store) -> Result<(Option<Database>, Option<TempDir>)> {
    Ok(match store {
        Store::Memory => (None, None),
        Store::Kept(database) => (Some(database), None),
        Store::ThrowAway => {
            let directory = tempfile::tempdir().context("a directory for the database")?;
            let path = directory.path().join("payments.db");
            (Some(Database::Sqlite { path, throw_away: true }), Some(directory))
        }
    })
}

async fn open(workplace: Option<&Workplace>) -> Result<Home> {
    let Some(workplace) = workplace else { return Ok(Home::memory()?) };
    // Its text says it all; the causes below it would say it again.
    let home = workplace.open(None).await.map_err(|error| anyhow!("{error}"))?;
    let database = &workplace.database;
    ensure!(
        home.accounts.find_all(Query::all().limit(1)).await?.is_empty(),
        "{database}: it has accounts already, which the input says nothing about; {}",
        database.way_out()
    );
    Ok(home)
}

impl Prepared {
    /// Says whether all is as it must be.
    pub(crate) async fn run(self) -> Result<bool> {
        let Self { title, source, input, rejects, workers, drill, home, workplace, _throw_away } = self;
        let bar = ProgressBar::new(input.payments.len() as u64).with_style(ProgressStyle::with_template(
            "{elapsed_precise} {wide_bar} {human_pos}/{human_len} payments, {eta} left",
        )?);
        let ledger = Ledger::new(Arc::clone(&home.accounts));
        for account in input.accounts() {
            ledger.open(account).await?;
        }
        let workforce = match workplace {
            Some(workplace) => Workforce::Processes(workplace),
            None => Workforce::Tasks(home.clone()),
        };
        let drilled = drill.is_some();
        let started = Instant::now();
        let coordinator = Coordinator::start(&input.payments, &home, workforce, workers, drill, &bar)?;
        let tally = coordinator.run().await?;
        let took = started.elapsed();
        bar.finish_and_clear();

        let expected = check::expected(&source.path).with_context(|| source.name.clone())?;
        let found = books(&*home.accounts).await?;
        let summary = Summary {
            title: &title,
            source: &source,
            input: &input,
            rejects: &rejects,
            tally,
            took,
            expected,
            found,
            drilled,
        };
        let failures = summary.failures();
        match summary.print(&mut stdout().lock()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
        for failure in &failures {
            eprintln!("failed: {failure}");
        }
        Ok(failures.is_empty())
    }
}

/// What the database says in the end.
async fn books(accounts: &dyn Repository<Account>) -> Result<BTreeMap<u64, Books>> {
    let accounts = accounts.find_all(Query::all()).await?;
    let books = |account: &Account| Books { balance: account.balance(), payments: account.payments() };
    Ok(accounts.iter().map(|account| (account.id().0.into(), books(account))).collect())
}
