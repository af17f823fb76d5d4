//! What to look for: equalities of fields that the compiler checks, an order, a page.

mod field;
mod filter;
#[allow(clippy::module_inception, reason = "the file is named after its type")]
mod query;

pub use field::{Direction, Field, FieldValue, Order};
pub use filter::{Condition, Filter};
pub use query::Query;
