//! Random calls, each answer compared with a reference's.
#![allow(non_snake_case, reason = "a test's name is what is done, two underscores, and in which situation")]

use futures::future::try_join_all;

use crate::testing::{
    model::{Pace, Step, play},
    stage::Stage,
};

/// Many at once, each on keys of its own: while one waits for a lapse the others go on.
pub(in crate::testing) async fn store_model__random_calls(at: Stage) {
    let pace = Pace::real(at.short, at.short / 4);
    let games: Vec<_> = (0..16).map(|seed| Step::sequence(seed, 40, &pace)).collect();
    let stores = [at.store(), at.other()];
    let played = try_join_all(games.iter().map(|steps| play(&stores, &pace, steps))).await;
    if let Err(divergence) = played {
        panic!("{divergence}");
    }
}
