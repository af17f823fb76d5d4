//! What the homes of documents have in common.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Connection, SqlStr, pool::PoolConnection};

use crate::{
    proof::{Lockable, Stored},
    repository::{
        Claim, Claimed, Delete, Insert, Inserted, Query, Storage, Update, Written,
        sql::{Dialect, Form, Prepared, Scan, SqlDatabase, SqlTable},
    },
    store::{StoreError, TableName},
};

/// How many documents are looked through at a time.
const PAGE: i64 = 64;

/// What is done on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It may be done twice.
    Read,
    Write,
}

/// A database and the connections to it.
pub(super) trait Base: Send + Sync + 'static {
    type Database: SqlDatabase;
    type Attempt<'a>: Attempt<Self::Database>;

    /// Begins a call, which may take several attempts.
    fn begin(&self, access: Access) -> impl Future<Output = Self::Attempt<'_>> + Send;
}

/// A call, and the connection that it is on.
pub(super) trait Attempt<D: SqlDatabase>: Send {
    /// The connection for the next attempt.
    fn connection(&mut self) -> impl Future<Output = Result<&mut PoolConnection<D>, StoreError>> + Send;

    /// The answer, unless it is one after which the call is tried again.
    fn settle<V: Send>(
        &mut self,
        answer: Result<V, StoreError>,
    ) -> impl Future<Output = Option<Result<V, StoreError>>> + Send;
}

/// The documents of one type.
pub(super) struct Documents<T: Lockable, B: Base> {
    base: Arc<B>,
    table: SqlTable<T, B::Database>,
    scan: Scan,
    pub(super) kind: Arc<str>,
}

/// What is called `lockproof_documents` unless it is given another name.
pub(super) fn named(table: Option<TableName>) -> TableName {
    table.unwrap_or_else(|| TableName::known("lockproof_documents"))
}

impl<T: Lockable + Serialize + DeserializeOwned, B: Base> Documents<T, B> {
    pub(super) fn over(base: B, table: TableName, in_ascii: bool, most: Option<usize>) -> Self {
        let kind: Arc<str> =
            T::NAMESPACE.map_or_else(|| T::KIND.into(), |name| format!("{name}/{}", T::KIND).into());
        let form = Form {
            write: serde_json::to_string::<T>,
            read: |text| serde_json::from_str(text),
            in_ascii,
            most,
        };
        let table = SqlTable::of_documents(table, &kind, form);
        let scan = table.scan_of(&kind);
        Self { base: Arc::new(base), table, scan, kind }
    }
}

impl<T: Lockable, B: Base> Documents<T, B> {
    pub(super) fn table(&self) -> &TableName {
        self.table.name()
    }

    pub(super) fn base(&self) -> &B {
        &self.base
    }

    async fn read(
        &self,
        connection: &mut PoolConnection<B::Database>,
        query: &Query<T>,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let (offset, limit) = query.page();
        let in_order_of_insertion = query.orders().is_empty();
        if in_order_of_insertion && query.filter_ref().conditions().is_empty() {
            return self.table.page(connection, &self.scan, (offset, limit)).await;
        }
        // The first ones that match are the page, if there is no order.
        let enough = limit.filter(|_| in_order_of_insertion).map(|limit| offset.saturating_add(limit));
        let snapshot = SqlStr::from_static(<B::Database as Dialect>::SNAPSHOT);
        // Of one moment: what is deleted and made again meanwhile would come twice.
        if let Some(before) = <B::Database as Dialect>::BEFORE_SNAPSHOT {
            let before = Prepared { sql: SqlStr::from_static(before), arguments: Default::default() };
            B::Database::execute(connection, before).await?;
        }
        let mut moment = connection.begin_with(snapshot).await?;
        let (mut matching, mut place) = (Vec::new(), i64::MIN);
        loop {
            let found = self.table.behind(&mut moment, &self.scan, place, PAGE).await?;
            let Some((last, _)) = found.last() else { break };
            place = *last;
            matching
                .extend(found.into_iter().map(|(_, stored)| stored).filter(|it| query.matches(&it.entity)));
            if enough.is_some_and(|enough| matching.len() >= enough) {
                break;
            }
        }
        moment.rollback().await?;
        Ok(query.select(matching))
    }
}

/// Calls until there is an answer.
macro_rules! attempts {
    ($home:ident, $access:expr, |$connection:ident| $call:expr) => {{
        let mut attempt = $home.base.begin($access).await;
        loop {
            let answer = match attempt.connection().await {
                Ok($connection) => $call.await,
                Err(error) => return Err(error),
            };
            if let Some(answer) = attempt.settle(answer).await {
                return answer;
            }
        }
    }};
}

impl<T: Lockable, B: Base> Storage<T> for Documents<T, B> {
    async fn find(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        attempts!(self, Access::Read, |connection| self.table.find(connection, id))
    }

    async fn find_all(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
        attempts!(self, Access::Read, |connection| self.read(connection, query))
    }

    async fn claim(&self, claim: Claim<'_, T>) -> Result<Claimed<T>, StoreError> {
        attempts!(self, Access::Write, |connection| self.table.claim(connection, &claim))
    }

    async fn insert(&self, insert: Insert<'_, T>) -> Result<Inserted, StoreError> {
        attempts!(self, Access::Write, |connection| self.table.insert(connection, &insert))
    }

    async fn update(&self, update: Update<'_, T>) -> Result<Written, StoreError> {
        attempts!(self, Access::Write, |connection| self.table.update(connection, &update))
    }

    async fn delete(&self, delete: Delete<'_, T>) -> Result<Written, StoreError> {
        attempts!(self, Access::Write, |connection| self.table.delete(connection, &delete))
    }
}

impl<T: Lockable, B: Base> Clone for Documents<T, B> {
    fn clone(&self) -> Self {
        Self {
            base: Arc::clone(&self.base),
            table: self.table.clone(),
            scan: self.scan.clone(),
            kind: Arc::clone(&self.kind),
        }
    }
}

/// The traits of a home over `Documents`.
macro_rules! documents {
    ($name:ident) => {
        impl<T: Lockable + Serialize + DeserializeOwned> Storage<T> for $name<T> {
            async fn find(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
                self.0.find(id).await
            }

            async fn find_all(&self, query: &Query<T>) -> Result<Vec<Stored<T>>, StoreError> {
                self.0.find_all(query).await
            }

            async fn claim(&self, claim: Claim<'_, T>) -> Result<Claimed<T>, StoreError> {
                self.0.claim(claim).await
            }

            async fn insert(&self, insert: Insert<'_, T>) -> Result<Inserted, StoreError> {
                self.0.insert(insert).await
            }

            async fn update(&self, update: Update<'_, T>) -> Result<Written, StoreError> {
                self.0.update(update).await
            }

            async fn delete(&self, delete: Delete<'_, T>) -> Result<Written, StoreError> {
                self.0.delete(delete).await
            }
        }

        impl<T: Lockable> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<T: Lockable> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("kind", &self.0.kind)
                    .field("at", &self.0.base().0.place())
                    .finish_non_exhaustive()
            }
        }
    };
}
