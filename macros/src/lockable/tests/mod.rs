mod argument_mistakes;
mod expansion;
mod id_mistakes;
mod struct_mistakes;

use crate::testing;

#[track_caller]
fn assert_mistakes(item: &str, expected: &[(&str, &str)]) {
    testing::assert_mistakes(super::derive, item, expected);
}
