//! Tables that are made where they are not there: what of it is the same in every database.

use super::migrations::Migrations;
use crate::{log::warn, store::StoreError};

/// A database in which tables can be made.
pub(crate) trait Making: Sync {
    /// Which one it is, for errors: a path, or a URL without its password.
    fn place(&self) -> &str;

    /// What [`Migrations::found`] gives.
    fn found(&self, schema: &Migrations) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;

    /// Looks at what is there, and runs [`Migrations::bring_up`], while no other connection does so: many processes begin
    /// at the same time.
    fn make(&self, schema: &Migrations) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Makes what is missing, or says that it cannot be made.
    fn bring_up(&self, schema: &Migrations) -> impl Future<Output = Result<(), StoreError>> + Send {
        async {
            let found = self.found(schema).await?;
            match schema.is_done(&found).map_err(|mismatch| mismatch.at(self.place()))? {
                true => Ok(()),
                false => self.make(schema).await,
            }
        }
    }

    /// Looks whether the table is there and has all that is needed, and brings it up to date before if that is wanted.
    fn set_up(&self, schema: &Migrations, make: bool) -> impl Future<Output = Result<(), StoreError>> + Send {
        async move {
            let made = match make {
                true => self.bring_up(schema).await,
                false => Ok(()),
            };
            let found = match self.found(schema).await {
                Ok(found) => found,
                Err(error) => return made.and(Err(error)),
            };
            match (made, schema.check(&found)) {
                (Ok(()), Ok(())) => Ok(()),
                (Ok(()), Err(mismatch)) => Err(mismatch.at(self.place())),
                // No statement fails for what is missing, and who may not make it should not be kept from its locks.
                (Err(error), Ok(())) => {
                    warn!(
                        "a table of an earlier version is used as it is; it could not be brought up to date: {error}"
                    );
                    Ok(())
                }
                (Err(error), Err(_)) => Err(error),
            }
        }
    }
}
