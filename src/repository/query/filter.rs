use std::{any::Any, fmt, sync::Arc};

/// Equalities that must all hold. Made by [`Field::eq`](super::Field::eq), joined by [`and`](Filter::and).
pub struct Filter<T> {
    conditions: Vec<Condition<T>>,
}

/// One equality of a [`Filter`].
pub struct Condition<T> {
    field: &'static str,
    value: Arc<dyn Any + Send + Sync>,
    holds: Arc<dyn Fn(&T) -> bool + Send + Sync>,
}

impl<T> Filter<T> {
    /// The filter that everything passes.
    pub fn all() -> Self {
        Self { conditions: Vec::new() }
    }

    pub(super) fn of(
        field: &'static str,
        value: Arc<dyn Any + Send + Sync>,
        holds: Arc<dyn Fn(&T) -> bool + Send + Sync>,
    ) -> Self {
        Self { conditions: vec![Condition { field, value, holds }] }
    }

    /// Both filters.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.conditions.extend(other.conditions);
        self
    }

    /// Whether all equalities hold.
    pub fn matches(&self, entity: &T) -> bool {
        self.conditions.iter().all(|condition| (condition.holds)(entity))
    }

    /// The equalities one by one, for a `Storage` that makes SQL of them.
    pub fn conditions(&self) -> &[Condition<T>] {
        &self.conditions
    }
}

impl<T> Condition<T> {
    /// The field's name in the struct, for a column.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The value, if the field is a `V`.
    pub fn value<V: 'static>(&self) -> Option<&V> {
        self.value.downcast_ref()
    }
}

impl<T> Clone for Filter<T> {
    fn clone(&self) -> Self {
        Self { conditions: self.conditions.clone() }
    }
}

impl<T> Clone for Condition<T> {
    fn clone(&self) -> Self {
        Self { field: self.field, value: Arc::clone(&self.value), holds: Arc::clone(&self.holds) }
    }
}

impl<T> fmt::Debug for Filter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.conditions.iter().map(Condition::field)).finish()
    }
}

impl<T> fmt::Debug for Condition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({} == ..)", self.field)
    }
}
