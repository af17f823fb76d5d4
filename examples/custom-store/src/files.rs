//! One step at a time over the files.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::PathBuf,
    time::SystemTime,
};

use lockproof::{StoreError, StoreErrorKind};

use crate::table::Table;

#[derive(Debug)]
pub(crate) struct Files {
    directory: PathBuf,
}

impl Files {
    pub(crate) fn open(directory: PathBuf) -> Result<Self, StoreError> {
        fs::create_dir_all(&directory).map_err(|error| {
            let what = format!("the directory {} cannot be made", directory.display());
            StoreError::new(StoreErrorKind::Misconfigured, what).caused_by(error)
        })?;
        Ok(Self { directory })
    }

    /// Reads the table, lets the step work on what is held, and writes what it has changed. Meanwhile no other process
    /// and no other thread does. Every error is one before the change.
    pub(crate) fn step<T>(
        &self,
        step: impl FnOnce(&mut Table, u64) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // The file's lock ends with its handle, also if this process is killed.
        let guard =
            File::options().create(true).truncate(false).write(true).open(self.directory.join("guard"));
        let guard = guard.map_err(unavailable)?;
        guard.lock().map_err(unavailable)?;

        let mut table = self.read()?;
        let now = micros_since_1970();
        table.sweep(now);
        let before = table.clone();
        let answer = step(&mut table, now)?;
        if table != before {
            self.write(&table)?;
        }
        Ok(answer)
    }

    fn read(&self) -> Result<Table, StoreError> {
        let text = match fs::read(self.directory.join("locks.json")) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Table::default()),
            Err(error) => return Err(unavailable(error)),
        };
        serde_json::from_slice(&text).map_err(|error| {
            let what =
                format!("{}/locks.json is damaged; remove it while nobody works", self.directory.display());
            StoreError::new(StoreErrorKind::Misconfigured, what).caused_by(error)
        })
    }

    /// The rename is what counts: a process that is killed before it has changed nothing.
    fn write(&self, table: &Table) -> Result<(), StoreError> {
        let next = self.directory.join("locks.json.next");
        let text = serde_json::to_vec(table).map_err(io::Error::from).map_err(unavailable)?;
        fs::write(&next, text).map_err(unavailable)?;
        fs::rename(&next, self.directory.join("locks.json")).map_err(unavailable)
    }
}

fn unavailable(error: io::Error) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the files of the locks cannot be used").caused_by(error)
}

fn micros_since_1970() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
