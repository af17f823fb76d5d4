//! A database with little room.

use lockproof_test_servers::{SmallDisk, small_disk};

use crate::databases::{Make, Server};

pub(crate) struct Small {
    pub(crate) server: Server,
    pub(crate) url: String,
    disk: Option<SmallDisk>,
}

impl Small {
    /// A server with one, if this machine lets us make one.
    pub(crate) fn start(make: Make) -> Option<Self> {
        if make == Make::MariaDb {
            // All tables in one file that does not grow.
            let settings = [
                ("innodb-data-file-path", "ibdata1:12M"),
                ("innodb-file-per-table", "0"),
                ("innodb-undo-tablespaces", "2"),
            ];
            let server = Server::start_with(make, &settings);
            return Some(Self { url: server.database(), server, disk: None });
        }
        let disk = small_disk(24 * 1024)?;
        let server = Server::start(make);
        let (url, place) = (server.database(), server.directory_on(&disk));
        let name = url.rsplit_once('/').expect("it names its database").1;
        let sql = format!(
            "CREATE TABLESPACE small LOCATION '{place}'; ALTER DATABASE {name} SET TABLESPACE small;"
        );
        server.sql("postgres", &sql);
        Some(Self { server, url, disk: Some(disk) })
    }

    /// Takes the room that is left; what belongs to tables already stays theirs.
    pub(crate) fn fill(&self) {
        if let Some(disk) = &self.disk {
            return disk.fill();
        }
        self.server.sql(
            &self.url,
            "DELIMITER //
            CREATE TABLE filler (filler LONGBLOB) //
            BEGIN NOT ATOMIC
                DECLARE is_full INT;
                DECLARE size INT DEFAULT 1000000;
                DECLARE CONTINUE HANDLER FOR 1114 SET is_full = 1;
                WHILE size > 1000 DO
                    SET is_full = 0;
                    INSERT INTO filler VALUES (REPEAT('x', size));
                    IF is_full THEN SET size = size DIV 2; END IF;
                END WHILE;
            END //",
        );
    }
}
