use lockproof::{InvalidTable, Lockable, Locks, Repository, RepositoryExt, Result, SqlTable, field};
use sqlx::{PgPool, Postgres, Row};

#[derive(Lockable)]
struct Account { #[lock(id)] id: i64, owner: String, balance: i64 }

fn accounts(locks: &Locks, pool: PgPool) -> Result<impl Repository<Account>, InvalidTable> {
    let table = SqlTable::<Account, Postgres>::builder("accounts")
        .id(field!(Account.id), |id| id)
        .column(field!(Account.owner))
        .column(field!(Account.balance))
        .makes_ids(|id| id)
        .build_with(|row| {
            Ok(Account {
                id: row.try_get("id")?,
                owner: row.try_get("owner")?,
                balance: row.try_get("balance")?,
            })
        })?;
    Ok(locks.repository(table.pooled(pool)))
}

/// The database makes the id.
async fn open_account(accounts: &dyn Repository<Account>, owner: String) -> Result<i64> {
    let account = accounts.insert_with(|id| Account { id, owner: owner.clone(), balance: 0 }).await?;
    Ok(*account.id())
}
