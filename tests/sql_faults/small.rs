//! A database with little room.

use lockproof::{MySqlStore, TableName};
use lockproof_test_servers::{SmallDisk, small_disk};

use crate::databases::{Make, Server};

pub(crate) struct Small {
    // Before the disk: it is not unmounted while somebody has a file there.
    _server: Server,
    pub(crate) url: String,
    pub(crate) disk: SmallDisk,
}

impl Small {
    /// A server with one, if this machine lets us make one.
    pub(crate) fn start(make: Make) -> Option<Self> {
        let disk = small_disk(24 * 1024)?;
        let server = Server::start(make);
        let (url, place) = (server.database(), server.directory_on(&disk));
        if make == Make::MariaDb {
            // The table alone. InnoDB writes down how to undo a change before it makes it, and so it can change nothing
            // at all where there is no room for that.
            let table = TableName::new("lockproof_locks").expect("valid");
            let sql = MySqlStore::schema(&table).replace(";", &format!(" DATA DIRECTORY='{place}';"));
            server.sql(&url, &sql);
        } else {
            let name = url.rsplit_once('/').expect("it names its database").1;
            let make = format!("CREATE TABLESPACE small LOCATION '{place}';");
            server.sql("postgres", &format!("{make} ALTER DATABASE {name} SET TABLESPACE small;"));
        }
        Some(Self { _server: server, url, disk })
    }
}
