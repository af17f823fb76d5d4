//! A disk that is soon full.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{home::Home, kind::Kind, server::Server};

/// A file system of its own in memory, unmounted when this is dropped and at the latest when this process ends.
#[derive(Debug)]
pub struct SmallDisk {
    home: Home,
}

/// A disk with room for `kib` KiB of files, if this process may mount one: root may, on most machines.
pub fn small_disk(kib: u32) -> Option<SmallDisk> {
    let home = Home::new("disk", "");
    let path = home.file("disk");
    fs::create_dir(&path).ok()?;
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", &format!("size={kib}k,mode=755"), "tmpfs"]).arg(path);
    mount.output().is_ok_and(|output| output.status.success()).then_some(SmallDisk { home })
}

impl SmallDisk {
    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.home.file("disk")
    }

    /// A directory on it that a server can write to: as a tablespace of PostgreSQL, as `DATA DIRECTORY` of MariaDB's
    /// tables.
    pub fn directory_of<K: Kind>(&self, server: &Server<K>) -> PathBuf {
        let name = Path::new("disk").join(server.port().to_string());
        self.home.directory(name, K::PARTS.user)
    }

    /// Takes all the room that is left.
    ///
    /// # Panics
    ///
    /// If it cannot write to it at all.
    pub fn fill(&self) {
        let path = self.path().join("full");
        let mut file = fs::File::options().create(true).append(true).open(path).expect("it can be written");
        while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
    }

    /// Gives back what [`fill`](Self::fill) took.
    ///
    /// # Panics
    ///
    /// If it was not full.
    pub fn free(&self) {
        fs::remove_file(self.path().join("full")).expect("it was filled");
    }
}
