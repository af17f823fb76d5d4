//! Many locks in one statement. A row that another transaction has is passed by, so that it holds up no other.

use std::collections::HashSet;

use sqlx::{Row, SqlStr, postgres::PgRow};

use super::{Inner, connection::Statement, pauses::Pauses};
use crate::{
    model::{LockKey, Owner},
    store::{
        Extend, ExtendReply, Release, ReleaseReply, StoreError,
        sql::{
            batch::{self, Hits},
            row::{Columns, damaged},
        },
    },
};

impl Inner {
    pub(super) async fn extend_all<'a>(
        &'a self,
        requests: &'a [Extend],
    ) -> Vec<Result<ExtendReply, StoreError>> {
        let send = |lines: Vec<&'a Extend>| {
            self.database.rows_again(move || {
                let ttls: Vec<_> = lines.iter().map(|it| it.ttl.as_millis()).collect();
                keyed(&self.sql.extend_all, &lines, |it| (&it.key, &it.owner)).bind(ttls)
            })
        };
        let round = |lines| async { Ok(rounds(lines, |it: &Extend| &it.key, send).await?.0) };
        batch::extend_all(requests, round).await
    }

    pub(super) async fn release_all<'a>(
        &'a self,
        requests: &'a [Release],
    ) -> Vec<Result<ReleaseReply, StoreError>> {
        let send = |lines: Vec<&'a Release>| {
            self.database.rows_again(move || keyed(&self.sql.release_all, &lines, |it| (&it.key, &it.owner)))
        };
        let round = |lines: Vec<&'a Release>| async {
            let keys: Vec<_> = lines.iter().map(|it| &it.key).collect();
            let (hits, again) = rounds(lines, |it: &Release| &it.key, send).await?;
            // The second time the answer is that nobody holds them.
            Ok(if again { hits.sent_twice(keys.into_iter()) } else { hits })
        };
        batch::release_all(requests, round, |key| self.ears.announce(key)).await
    }
}

/// Sends the lines, and again those whose rows were passed by, a few times. Says too whether a connection broke, so that
/// lines were sent again without anybody having heard what became of them.
async fn rounds<'a, L, F>(
    lines: Vec<&'a L>,
    key: impl Fn(&L) -> &LockKey,
    send: impl Fn(Vec<&'a L>) -> F,
) -> Result<(Hits<PgRow>, bool), StoreError>
where
    F: Future<Output = Result<(Vec<PgRow>, bool), StoreError>>,
{
    let (mut left, mut done) = (lines, Vec::new());
    let (mut pauses, mut again) = (Pauses::new(), false);
    loop {
        let rows = match send(left.clone()).await {
            Ok((rows, sent_again)) => {
                again |= sent_again;
                rows
            }
            Err(error) if done.is_empty() => return Err(error),
            // Those that were done are done; of the others nobody knows.
            Err(_) => break,
        };
        // What was done comes as what it was before too: those that were passed by are the rest.
        let (mut theirs, mut ours) = (HashSet::new(), HashSet::new());
        for row in rows {
            let of_row = || Ok((row.text("key")?.unwrap_or_default(), row.try_get("done")?));
            match of_row().map_err(|error: sqlx::Error| damaged("?", error.into()))? {
                (key, true) => {
                    ours.insert(key);
                    done.push(row);
                }
                (key, false) => {
                    theirs.insert(key);
                }
            }
        }
        left.retain(|line| {
            let key = key(line).as_str();
            theirs.contains(key) && !ours.contains(key)
        });
        if left.is_empty() || !pauses.pause().await {
            break;
        }
    }
    let hits = Hits::of(done)?;
    Ok((hits.skipped(left.into_iter().map(|line| key(line).as_str().to_owned())), again))
}

fn keyed<L>(sql: &SqlStr, lines: &[&L], of: impl Fn(&L) -> (&LockKey, &Owner)) -> Statement {
    let keys: Vec<_> = lines.iter().map(|line| of(line).0.as_str().as_bytes().to_vec()).collect();
    let owners: Vec<_> = lines.iter().map(|line| of(line).1.to_string().into_bytes()).collect();
    sqlx::query(sql.clone()).bind(keys).bind(owners)
}
