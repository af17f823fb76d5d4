use std::{cmp::Ordering, fmt, sync::Arc};

use super::Filter;

/// A field of an entity, by [`field!`](crate::field): its name and the way to it.
pub struct Field<T, V> {
    name: &'static str,
    of: fn(&T) -> &V,
}

impl<T: 'static, V: 'static> Field<T, V> {
    #[doc(hidden)]
    pub const fn __new(name: &'static str, of: fn(&T) -> &V) -> Self {
        Self { name, of }
    }

    /// The field's name in the struct.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The field of an entity.
    #[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
    pub(crate) fn of(self, entity: &T) -> &V {
        (self.of)(entity)
    }

    /// The entities in which the field has this value.
    pub fn eq(self, value: impl FieldValue<V>) -> Filter<T>
    where
        V: PartialEq + Send + Sync,
    {
        let (value, of) = (Arc::new(value.into_value()), self.of);
        let wanted = Arc::clone(&value);
        Filter::of(self.name, value, Arc::new(move |entity| *of(entity) == *wanted))
    }

    /// From the lowest value to the highest.
    pub fn ascending(self) -> Order<T>
    where
        V: Ord,
    {
        self.order(Direction::Ascending)
    }

    /// From the highest value to the lowest.
    pub fn descending(self) -> Order<T>
    where
        V: Ord,
    {
        self.order(Direction::Descending)
    }

    fn order(self, direction: Direction) -> Order<T>
    where
        V: Ord,
    {
        let of = self.of;
        Order { field: self.name, direction, compare: Arc::new(move |a, b| of(a).cmp(of(b))) }
    }
}

impl<T, V> Clone for Field<T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V> Copy for Field<T, V> {}

impl<T, V> fmt::Debug for Field<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.name)
    }
}

/// A value to compare a field of type `V` with: a `V`, or a `&str` for a `String`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{V}` cannot be compared with `{Self}`",
    label = "the field is a `{V}`",
    note = "compare it with a value of its type; a `String` also with a `&str`"
)]
pub trait FieldValue<V> {
    /// The value as the field has it.
    fn into_value(self) -> V;
}

impl<V> FieldValue<V> for V {
    fn into_value(self) -> V {
        self
    }
}

#[diagnostic::do_not_recommend]
impl FieldValue<String> for &str {
    fn into_value(self) -> String {
        self.into()
    }
}

/// Which way an [`Order`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Direction {
    /// From the lowest value to the highest.
    Ascending,
    /// From the highest value to the lowest.
    Descending,
}

type Compare<T> = dyn Fn(&T, &T) -> Ordering + Send + Sync;

/// An order by one field.
pub struct Order<T> {
    field: &'static str,
    direction: Direction,
    compare: Arc<Compare<T>>,
}

impl<T> Order<T> {
    /// The field's name in the struct, for a column.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// Which way it goes.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// How two entities stand to each other.
    pub fn compare(&self, a: &T, b: &T) -> Ordering {
        match self.direction {
            Direction::Ascending => (self.compare)(a, b),
            Direction::Descending => (self.compare)(b, a),
        }
    }
}

impl<T> Clone for Order<T> {
    fn clone(&self) -> Self {
        Self { field: self.field, direction: self.direction, compare: Arc::clone(&self.compare) }
    }
}

impl<T> fmt::Debug for Order<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Order({} {:?})", self.field, self.direction)
    }
}

/// A field of an entity, for filters and orders; the compiler checks that there is one and which type it has.
///
/// ```
/// use lockproof::{Filter, Query, field};
/// struct Account { email: String, balance: i64 }
///
/// let one: Filter<Account> = field!(Account.email).eq("a@b");
/// let page = Query::from(field!(Account.balance).eq(0)).order_by(field!(Account.email).ascending()).limit(20);
/// assert!(page.matches(&Account { email: "a@b".into(), balance: 0 }));
/// ```
#[macro_export]
macro_rules! field {
    ($($entity:ident)::+ . $field:ident) => {
        $crate::Field::__new(::core::stringify!($field), |entity: &$($entity)::+| &entity.$field)
    };
    ($($other:tt)*) => {
        ::core::compile_error!("name one field by its entity's type: `field!(Account.balance)`")
    };
}
