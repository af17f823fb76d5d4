//! Which keys of a service are held, page by page.

use super::{AdminError, Locks, admin::in_time, service::Service};
use crate::{
    model::LockKey,
    store::{HeldKey, List, StoreError},
};

impl Locks {
    /// The held keys of this service's namespace that begin with `prefix` and come after `after`: `limit` of them at most,
    /// in the order of the keys. The keys are as [`lock`](Self::lock) takes them, without the namespace.
    ///
    /// The prefix is plain text: `%`, `_`, `*` and `[` mean themselves. `after` is the last key of the page before; what
    /// is taken or released between two pages is on one of them or on none. An empty page is the end.
    ///
    /// A store whose capabilities do not have [`ordered_list`](crate::StoreCapabilities::ordered_list) may give any
    /// `limit` of these keys: ask it for all of them at once, with [`usize::MAX`].
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// # let locks = lockproof::Locks::memory();
    /// let _one = locks.lock(("order", 1)).acquire().await?;
    /// let _two = locks.lock(("order", 2)).acquire().await?;
    /// let page = locks.list("order:", None, 1).await?;
    /// assert_eq!(page[0].key.as_str(), "order:1");
    /// let next = locks.list("order:", Some(&page[0].key), 1).await?;
    /// assert_eq!(next[0].key.as_str(), "order:2");
    /// # Ok::<(), lockproof::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`AdminError::Store`] if the store cannot say within the service's `op_timeout`: ask for less at once. Also if
    /// there is no tokio runtime, or the service was shut down.
    ///
    /// # Cancel safety
    /// Looks only; can be dropped at any time.
    pub async fn list(
        &self,
        prefix: &str,
        after: Option<&LockKey>,
        limit: usize,
    ) -> Result<Vec<HeldKey>, AdminError> {
        let service = self.handle().service();
        in_time(service, None, || page(service, prefix, after, limit)).await
    }
}

async fn page(
    service: &Service,
    prefix: &str,
    after: Option<&LockKey>,
    limit: usize,
) -> Result<Vec<HeldKey>, StoreError> {
    let mut held = Vec::new();
    match service.namespace().as_str() {
        // Without a namespace, keys with a `/` begin with one in the store: see `Namespace::qualify`.
        "" => {
            if !prefix.contains('/') {
                held.append(&mut walk(service, "", prefix, after, limit).await?);
            }
            held.append(&mut walk(service, "/", prefix, after, limit).await?);
            held.sort_by(|a, b| a.key.cmp(&b.key));
            held.truncate(limit);
        }
        name => held = walk(service, &format!("{name}/"), prefix, after, limit).await?,
    }
    Ok(held)
}

/// Goes through those of the namespace's keys that begin with `lead` in the store.
async fn walk(
    service: &Service,
    lead: &str,
    prefix: &str,
    after: Option<&LockKey>,
    limit: usize,
) -> Result<Vec<HeldKey>, StoreError> {
    let is_ordered = service.store().capabilities().ordered_list;
    // Among the keys without a lead are those of other namespaces. Without an order nothing can be skipped.
    let at_once = if is_ordered || !lead.is_empty() { limit } else { usize::MAX };
    let mut from = after.and_then(|after| key_up_to(format!("{lead}{}", after.as_str())));
    let mut found = Vec::new();
    while found.len() < limit {
        let request = List::new(format!("{lead}{prefix}"), from.clone(), at_once);
        let lines = service.store().list(request).await?;
        let is_last = lines.len() < at_once || !is_ordered;
        let reached = lines.last().map(|line| line.key.clone());
        found.extend(lines.into_iter().filter_map(|line| {
            let is_ours = !lead.is_empty() || !line.key.as_str().contains('/');
            let key = service.namespace().strip(&line.key).filter(|_| is_ours)?;
            after.is_none_or(|after| key > *after).then(|| HeldKey::new(key, line.holder))
        }));
        let next = reached.map(|reached| if lead.is_empty() { past_namespace(reached) } else { reached });
        if is_last || next <= from {
            break;
        }
        from = next;
        // A store that answers at once would keep the timer from its turn.
        tokio::task::yield_now().await;
    }
    found.truncate(limit);
    Ok(found)
}

/// The last key that a namespace can have, if this is one of a namespace, so that the next look is beyond all of them.
fn past_namespace(key: LockKey) -> LockKey {
    let Some((namespace, _)) = key.as_str().split_once('/') else { return key };
    let left = LockKey::MAX_LEN - namespace.len() - 1;
    let last = format!("{namespace}/{}", char::MAX.to_string().repeat(left / char::MAX.len_utf8()));
    match key_up_to(last) {
        Some(last) => last.max(key),
        None => key,
    }
}

/// The text as a key, or as much of its beginning as can be one.
fn key_up_to(mut text: String) -> Option<LockKey> {
    loop {
        match LockKey::new(&text) {
            Ok(key) => return Some(key),
            Err(_) => drop(text.pop()?),
        }
    }
}
