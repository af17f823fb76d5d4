//! Acquisitions that stand in line for the file are done by one statement: whoever has the turn does it for all.

use std::{
    collections::{HashMap, HashSet},
    pin::pin,
    sync::Mutex,
};

use futures::future::{Either, select};
use serde_json::{Value, json};
use tokio::sync::oneshot::{self, error::TryRecvError};

use super::{Inner, millis};
use crate::{
    model::{FencingToken, LockKey},
    store::{
        Acquire, StoreError, StoreErrorKind,
        sharded::lock,
        sql::{
            patience::Patience,
            row::{Columns, damaged, returned_token},
        },
    },
};

/// How many are done at once.
const AT_A_TIME: usize = 500;

/// The token, if the lock could be taken.
type Reply = Result<Option<FencingToken>, StoreError>;

/// Those who wait for the turn.
#[derive(Default)]
pub(super) struct Line(Mutex<Vec<Waiting>>);

struct Waiting {
    key: LockKey,
    values: Value,
    reply: oneshot::Sender<Reply>,
}

impl Line {
    fn push(&self, waiting: Waiting) {
        lock(&self.0).push(waiting);
    }

    /// The first ones, each key once, without those that have gone away.
    fn take(&self) -> Vec<Waiting> {
        let mut keys = HashSet::new();
        let mut waiting = lock(&self.0);
        let all = std::mem::take(&mut *waiting).into_iter().filter(|it| !it.reply.is_closed());
        let (now, later) = all.partition(|it| keys.len() < AT_A_TIME && keys.insert(it.key.clone()));
        *waiting = later;
        now
    }
}

impl Inner {
    /// Takes a lock that is free or has lapsed.
    pub(super) async fn take(&self, request: &Acquire, owner: &str) -> Reply {
        let Acquire { key, label, ttl, .. } = request;
        let values = json!([key.as_str(), owner, label.as_str(), millis(*ttl)]);
        // Counted from here, so that a long line ends soon after the first in it has given up.
        let patience = self.database.patience();
        loop {
            let (reply, mut answer) = oneshot::channel();
            self.line.push(Waiting { key: key.clone(), values: values.clone(), reply });
            let _turn = match select(&mut answer, pin!(self.database.turn())).await {
                Either::Left((Ok(reply), _)) => return reply,
                // Who did it for us was dropped half-way. If it was done, the next try finds our lock.
                Either::Left((Err(_), _)) => continue,
                Either::Right((turn, _)) => turn,
            };
            loop {
                match answer.try_recv() {
                    Ok(reply) => return reply,
                    Err(TryRecvError::Empty) => self.take_waiting(patience).await,
                    Err(TryRecvError::Closed) => break,
                }
            }
        }
    }

    /// Does what the first ones in line want, while nobody else has the turn.
    async fn take_waiting(&self, patience: Patience) {
        let waiting = self.line.take();
        let replies = match self.taken(patience, &waiting).await {
            Ok(replies) => replies,
            // One that is refused, as a new key is for which there is no room, is not to stop the others.
            Err(error) if error.kind() == StoreErrorKind::Rejected && waiting.len() > 1 => {
                let mut replies = Vec::with_capacity(waiting.len());
                for it in &waiting {
                    let alone = self.taken(patience, std::slice::from_ref(it)).await;
                    replies.push(alone.map_or_else(Err, |mut reply| reply.remove(0)));
                }
                replies
            }
            Err(error) => waiting.iter().map(|_| Err(error.clone())).collect(),
        };
        for (it, reply) in waiting.into_iter().zip(replies) {
            // Who has gone away meanwhile does not hear of it, as if the answer had been lost.
            let _ = it.reply.send(reply);
        }
    }

    /// The reply to each, in their order.
    async fn taken(&self, patience: Patience, waiting: &[Waiting]) -> Result<Vec<Reply>, StoreError> {
        let lines = Value::from_iter(waiting.iter().map(|it| it.values.clone())).to_string();
        let take = || sqlx::query(self.sql.take.clone()).bind(lines.clone());
        let mut rows = HashMap::new();
        for row in self.database.in_turn(patience, take).await? {
            let key = row.text("key").map_err(|error| damaged("?", error.into()))?;
            rows.insert(key.unwrap_or_default(), row);
        }
        let reply = |it: &Waiting| returned_token(rows.get(it.key.as_str()), &it.key);
        Ok(waiting.iter().map(reply).collect())
    }
}
