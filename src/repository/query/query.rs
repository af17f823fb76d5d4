use std::{cmp::Ordering, fmt};

use super::{Filter, Order};
use crate::proof::Stored;

/// A filter, an order and a page.
pub struct Query<T> {
    filter: Filter<T>,
    orders: Vec<Order<T>>,
    offset: usize,
    limit: Option<usize>,
}

impl<T> Query<T> {
    /// All entities, in no particular order.
    pub fn all() -> Self {
        Filter::all().into()
    }

    /// Only those that pass this filter too.
    #[must_use]
    pub fn filter(mut self, filter: Filter<T>) -> Self {
        self.filter = self.filter.and(filter);
        self
    }

    /// By this field; a second one orders those that are equal in the first.
    #[must_use]
    pub fn order_by(mut self, order: Order<T>) -> Self {
        self.orders.push(order);
        self
    }

    /// Without the first `offset` ones.
    #[must_use]
    pub fn offset(mut self, offset: usize) -> Self {
        self.offset = offset;
        self
    }

    /// At most `limit` ones.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Whether an entity passes the filter.
    pub fn matches(&self, entity: &T) -> bool {
        self.filter.matches(entity)
    }

    /// How two entities stand in the order.
    pub fn compare(&self, a: &T, b: &T) -> Ordering {
        self.orders.iter().fold(Ordering::Equal, |so_far, order| so_far.then_with(|| order.compare(a, b)))
    }

    /// Does in memory all that the query asks for.
    pub fn select(&self, rows: impl IntoIterator<Item = Stored<T>>) -> Vec<Stored<T>> {
        let matching = rows.into_iter().filter(|row| self.matches(&row.entity));
        let limit = self.limit.unwrap_or(usize::MAX);
        if self.orders.is_empty() {
            return matching.skip(self.offset).take(limit).collect();
        }
        let mut rows: Vec<_> = matching.collect();
        rows.sort_by(|a, b| self.compare(&a.entity, &b.entity));
        rows.into_iter().skip(self.offset).take(limit).collect()
    }

    /// The filter, for a `Storage` that makes SQL of it.
    pub fn filter_ref(&self) -> &Filter<T> {
        &self.filter
    }

    /// The orders, the most important first.
    pub fn orders(&self) -> &[Order<T>] {
        &self.orders
    }

    /// How many matching ones are left out at the beginning, and how many may come at most.
    pub fn page(&self) -> (usize, Option<usize>) {
        (self.offset, self.limit)
    }
}

impl<T> From<Filter<T>> for Query<T> {
    fn from(filter: Filter<T>) -> Self {
        Self { filter, orders: Vec::new(), offset: 0, limit: None }
    }
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        Self {
            filter: self.filter.clone(),
            orders: self.orders.clone(),
            offset: self.offset,
            limit: self.limit,
        }
    }
}

impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("filter", &self.filter)
            .field("orders", &self.orders)
            .field("offset", &self.offset)
            .field("limit", &self.limit)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field;

    struct Account {
        name: &'static str,
        age: u64,
    }

    fn rows() -> Vec<Stored<Account>> {
        [("ada", 3), ("bob", 1), ("cyd", 3), ("dan", 2)]
            .map(|(name, age)| Stored { entity: Account { name, age }, version: 1 })
            .into()
    }

    fn names(query: &Query<Account>) -> Vec<&'static str> {
        query.select(rows()).iter().map(|row| row.entity.name).collect()
    }

    #[test]
    fn filters_orders_and_pages() {
        let by_age = Query::all().order_by(field!(Account.age).descending());
        let by_both = by_age.clone().order_by(field!(Account.name).descending());
        assert_eq!(names(&by_age), ["ada", "cyd", "dan", "bob"]);
        assert_eq!(names(&by_both), ["cyd", "ada", "dan", "bob"]);
        assert_eq!(names(&by_both.clone().offset(1).limit(2)), ["ada", "dan"]);
        assert_eq!(names(&by_both.offset(9)), [""; 0]);
        let three = Query::from(field!(Account.age).eq(3));
        assert_eq!(names(&three), ["ada", "cyd"]);
        assert_eq!(names(&three.filter(field!(Account.name).eq("cyd"))), ["cyd"]);
    }

    #[test]
    fn tells_a_storage_what_to_put_into_sql() {
        let filter = field!(Account.age).eq(3);
        let [condition] = filter.conditions() else { panic!("one condition") };
        assert_eq!((condition.field(), condition.value::<u64>()), ("age", Some(&3)));
        assert_eq!(condition.value::<i64>(), None);
    }
}
