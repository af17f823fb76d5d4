//! What is stored here, and in which columns.

use lockproof::{LockKeyPart, Lockable, SqlTable, field};
use sqlx::{Decode, Encode, Row, Type, encode::IsNull, error::BoxDynError};

/// As free as an entity can be: any text is its id.
#[derive(Lockable, Clone, Debug, PartialEq)]
pub(crate) struct Note {
    #[lock(id)]
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) number: i64,
}

/// A number with a type of its own.
#[derive(LockKeyPart, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tenant(pub(crate) i64);

/// What makes everything harder: an id of two fields, names that SQL has taken, a field that may be empty, one that is
/// written as something else.
#[derive(Lockable, Clone, Debug, PartialEq)]
#[lock(key(tenant, number))]
pub(crate) struct Order {
    pub(crate) tenant: Tenant,
    pub(crate) number: i32,
    pub(crate) group: Option<String>,
    pub(crate) select: i64,
    pub(crate) tags: Vec<String>,
}

/// One whose id the database makes. What it holds depends on its id, and there may not be two that hold the same.
#[derive(Lockable, Clone, Debug, PartialEq)]
pub(crate) struct Ticket {
    #[lock(id)]
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) number: i64,
}

pub(crate) fn ticket(id: i64, number: i64) -> Ticket {
    Ticket { id, slug: format!("ticket {id}"), number }
}

pub(crate) fn note(id: u32, number: i64) -> Note {
    Note { title: id.to_string(), text: format!("note {id}"), number }
}

pub(crate) fn order(id: u32, select: i64) -> Order {
    let number = i32::try_from(id % 2).expect("small");
    let group = (id > 1).then(|| "vip".to_owned());
    Order { tenant: Tenant(i64::from(id / 2)), number, group, select, tags: vec!["a".into(), id.to_string()] }
}

macro_rules! tables {
    ($name:ident, $feature:literal, $database:ty) => {
        #[cfg(feature = $feature)]
        pub(crate) mod $name {
            use super::*;

            impl Type<$database> for Tenant {
                fn type_info() -> <$database as sqlx::Database>::TypeInfo {
                    <i64 as Type<$database>>::type_info()
                }
            }

            impl Encode<'_, $database> for Tenant {
                fn encode_by_ref(
                    &self,
                    buffer: &mut <$database as sqlx::Database>::ArgumentBuffer,
                ) -> Result<IsNull, BoxDynError> {
                    Encode::<$database>::encode(self.0, buffer)
                }
            }

            impl<'r> Decode<'r, $database> for Tenant {
                fn decode(value: <$database as sqlx::Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
                    Decode::<$database>::decode(value).map(Self)
                }
            }

            pub(crate) fn notes(table: &str) -> SqlTable<Note, $database> {
                SqlTable::<_, $database>::builder(table)
                    .id(field!(Note.title), |title| title)
                    .column(field!(Note.text))
                    .column(field!(Note.number))
                    .build_with(|row| {
                        Ok(Note {
                            title: row.try_get("title")?,
                            text: row.try_get("text")?,
                            number: row.try_get("number")?,
                        })
                    })
                    .expect("a table")
            }

            pub(crate) fn tickets(table: &str) -> SqlTable<Ticket, $database> {
                SqlTable::<_, $database>::builder(table)
                    .id(field!(Ticket.id), |id| id)
                    .column(field!(Ticket.slug))
                    .column(field!(Ticket.number))
                    .makes_ids(|id| id)
                    .build_with(|row| {
                        Ok(Ticket {
                            id: row.try_get("id")?,
                            slug: row.try_get("slug")?,
                            number: row.try_get("number")?,
                        })
                    })
                    .expect("a table")
            }

            pub(crate) fn orders(table: &str) -> SqlTable<Order, $database> {
                SqlTable::<_, $database>::builder(table)
                    .id_named("tenant_id", field!(Order.tenant), |id| &id.0)
                    .id(field!(Order.number), |id| &id.1)
                    .column(field!(Order.group))
                    .column(field!(Order.select))
                    .column_with("tags", |order: &Order| order.tags.join(","))
                    .read_only("made")
                    .fence("lock_fence")
                    .version("lock_version")
                    .build_with(|row| {
                        let tags: String = row.try_get("tags")?;
                        let _made: String = row.try_get("made")?;
                        Ok(Order {
                            tenant: row.try_get("tenant_id")?,
                            number: row.try_get("number")?,
                            group: row.try_get("group")?,
                            select: row.try_get("select")?,
                            tags: tags.split(',').map(Into::into).collect(),
                        })
                    })
                    .expect("a table")
            }
        }
    };
}

tables!(mysql, "mysql", sqlx::MySql);
tables!(postgres, "postgres", sqlx::Postgres);
tables!(sqlite, "sqlite", sqlx::Sqlite);
