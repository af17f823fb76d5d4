//! The table of one's own, by the very lines of the README: `own_table.rs` is its program.

use lockproof::{Locked, PostgresStore};
use lockproof_test_servers::Postgres as Server;

include!("own_table.rs");

#[test]
fn the_program_is_that_of_the_readme() {
    let programs = super::blocks("rust");
    let of_table = programs.iter().find(|program| program.contains("SqlTable")).expect("a program");
    assert_eq!(*of_table, include_str!("own_table.rs"), "copy it to tests/readme/own_table.rs");
}

#[tokio::test]
async fn it_makes_ids_and_saves_under_a_lock() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let server = Server::shared();
    let url = server.database();
    server.sql(&url, super::only("sql"));
    let locks = Locks::new(PostgresStore::open(&url).await?);
    let accounts = accounts(&locks, PgPool::connect(&url).await?)?;
    let ids = [open_account(&accounts, "Ada".into()).await?, open_account(&accounts, "Bob".into()).await?];
    assert_eq!(ids, [1, 2]);
    let mut account = accounts.lock(&2).await?;
    account.balance += 500;
    accounts.save(&mut account).await?;
    Locked::release(account).await?;
    let rows = server.sql(&url, "SELECT owner, balance, fence > 0 FROM accounts ORDER BY id");
    assert_eq!(rows.trim(), "Ada|0|f\nBob|500|t");
    Ok(())
}
