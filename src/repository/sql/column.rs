//! A column: how its value gets into a statement, and what of a query it can answer.

use std::sync::Arc;

use sqlx::{Arguments, Encode, Type, error::BoxDynError};

use super::dialect::{Dialect, SqlDatabase};
use crate::{
    model::LockKey,
    proof::Lockable,
    repository::query::{Condition, Field},
};

/// A value that a column of this database can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of a column in `{D}`",
    label = "sqlx cannot write `{Self}` into `{D}`",
    note = "make it one by `#[derive(sqlx::Type)]`, or give what it is written as: `.column_with(\"name\", |entity| ..)`, and \
            `.id_with(\"name\", |id| ..)` for an id",
    note = "PostgreSQL has no unsigned numbers: write them as `i64`"
)]
pub trait SqlValue<D: SqlDatabase>: for<'q> Encode<'q, D> + Type<D> + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<D: SqlDatabase, V: for<'q> Encode<'q, D> + Type<D> + Send + Sync + 'static> SqlValue<D> for V {}

type Encoded = Result<(), BoxDynError>;
/// Binds a value that is made of this.
type Bind<Of, D> = dyn Fn(&Of, &mut <D as sqlx::Database>::Arguments) -> Encoded + Send + Sync;
/// Binds the value of a column that names the row.
type BindId<T, D> = dyn Fn(&Identity<'_, T>, &mut <D as sqlx::Database>::Arguments) -> Encoded + Send + Sync;
/// Binds the value of a condition; says whether it was one and not NULL, which is compared without a value.
type BindCondition<T, D> = dyn Fn(&Condition<T>, &mut <D as sqlx::Database>::Arguments) -> Result<Option<Compared>, BoxDynError>
    + Send
    + Sync;

/// How a column is compared with the value of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    ToNull,
    ToValue,
}

/// Which row: the id that was locked, and its key.
pub(super) struct Identity<'a, T: Lockable> {
    pub(super) id: &'a T::Id,
    pub(super) key: &'a LockKey,
}

/// A column that names the row.
pub(super) struct IdColumn<T: Lockable, D: Dialect> {
    pub(super) name: String,
    pub(super) bind: Arc<BindId<T, D>>,
    pub(super) queried: Option<Queried<T, D>>,
}

/// A column that holds something of the entity.
pub(super) struct Column<T, D: Dialect> {
    pub(super) name: String,
    pub(super) bind: Arc<Bind<T, D>>,
    pub(super) queried: Option<Queried<T, D>>,
}

/// What a query may ask of a column by the field that it holds.
pub(super) struct Queried<T, D: Dialect> {
    pub(super) field: &'static str,
    pub(super) bind: Arc<BindCondition<T, D>>,
    pub(super) kind: fn() -> D::TypeInfo,
    /// Whether the database orders the values as `Ord` does.
    pub(super) ordered: bool,
}

macro_rules! clone {
    ($what:ident<$entity:ident $(: $bound:ident)?> { $($field:ident,)* }) => {
        impl<$entity $(: $bound)?, D: Dialect> Clone for $what<$entity, D> {
            fn clone(&self) -> Self {
                Self { $($field: self.$field.clone(),)* }
            }
        }
    };
}

clone!(IdColumn<T: Lockable> { name, bind, queried, });
clone!(Column<T> { name, bind, queried, });
clone!(Queried<T> { field, bind, kind, ordered, });

impl<T: Lockable, D: SqlDatabase> IdColumn<T, D> {
    pub(super) fn of_field<V: SqlValue<D>>(name: &str, field: Field<T, V>, of: fn(&T::Id) -> &V) -> Self {
        Self {
            name: name.into(),
            bind: Arc::new(move |row, arguments| arguments.add(of(row.id))),
            queried: Some(Queried::of(field)),
        }
    }

    pub(super) fn made<V: SqlValue<D>>(name: &str, of: impl Fn(&T::Id) -> V + Send + Sync + 'static) -> Self {
        Self {
            name: name.into(),
            bind: Arc::new(move |row, arguments| arguments.add(of(row.id))),
            queried: None,
        }
    }
}

impl<T: 'static, D: SqlDatabase> Column<T, D> {
    pub(super) fn of_field<V: SqlValue<D>>(name: &str, field: Field<T, V>) -> Self {
        Self {
            name: name.into(),
            bind: Arc::new(move |entity, arguments| arguments.add(field.of(entity))),
            queried: Some(Queried::of(field)),
        }
    }

    /// The value may not be had of every entity.
    pub(super) fn made<V: SqlValue<D>>(
        name: &str,
        of: impl Fn(&T) -> Result<V, BoxDynError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            bind: Arc::new(move |entity, arguments| arguments.add(of(entity)?)),
            queried: None,
        }
    }
}

impl<T: 'static, D: SqlDatabase> Queried<T, D> {
    fn of<V: SqlValue<D>>(field: Field<T, V>) -> Self {
        let bind = |condition: &Condition<T>, arguments: &mut D::Arguments| {
            let Some(value) = condition.value::<V>() else { return Ok(None) };
            if D::is_null(value)? {
                return Ok(Some(Compared::ToNull));
            }
            arguments.add(value)?;
            Ok(Some(Compared::ToValue))
        };
        Self { field: field.name(), bind: Arc::new(bind), kind: V::type_info, ordered: is_ordered::<V>() }
    }
}

/// Whether a type is known to be ordered alike by Rust and by databases. An enum, for one, is ordered as it is declared
/// by the one and by its letters by the others.
fn is_ordered<V: 'static>() -> bool {
    use std::any::TypeId;

    macro_rules! is_one_of {
        ($($ty:ty),*) => {
            [$(TypeId::of::<$ty>(), TypeId::of::<Option<$ty>>()),*].contains(&TypeId::of::<V>())
        };
    }
    is_one_of!(bool, i8, i16, i32, i64, u8, u16, u32, u64, String)
}
