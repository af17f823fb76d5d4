//! Where a future is dropped: two services over one store, entities, and whoever else wants the lock.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use lockproof::{
    AcquireError, AdminError, AskReply, Lease, List, Lock, LockStore, Lockable, Locked, Locks, MemoryStorage,
    MemoryStore, Query, Repository, Storage, Transient,
};
use serde::{Deserialize, Serialize};
use tokio::{
    task::{JoinHandle, yield_now},
    time::{Instant, sleep},
};

use crate::{
    faulty::{Fault, FaultyStore},
    slow::{Pace, SlowStorage},
};

#[derive(Lockable, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Account {
    #[lock(id)]
    pub(crate) id: u64,
    pub(crate) balance: i64,
}

/// The balances of all accounts.
pub(crate) type Balances = BTreeMap<u64, i64>;

/// Who has the key when the future is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Free,
    /// A guard of the same service, for a while.
    HeldHere,
    /// A guard of another service, for a while.
    HeldElsewhere,
    /// It is held here and then offered to one who waits, is never polled again, and goes away.
    OfferedInVain,
    /// A guard of the same service has just been dropped.
    JustDropped,
    /// And its release is under way.
    BeingReleased,
    /// It is held here by a guard that stays, and freed by force from elsewhere.
    ForcedFree,
}

impl Key {
    pub(crate) const EACH: [Self; 7] = [
        Self::Free,
        Self::HeldHere,
        Self::HeldElsewhere,
        Self::OfferedInVain,
        Self::JustDropped,
        Self::BeingReleased,
        Self::ForcedFree,
    ];
}

/// Who else wants it, of this service and of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    Nobody,
    /// They come before the future is polled for the first time.
    Before,
    /// They come after its first poll.
    After,
}

/// When the future is dropped, after the last poll that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// At once.
    AtOnce,
    /// When it has been woken, in place of the poll that it was woken for.
    WhenWoken,
}

/// Where locks and entities live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// In memory, new for each run.
    Memory(Pace),
    /// In a file, one for all runs of a case.
    #[cfg(feature = "sqlite")]
    File,
    /// The same with a table of the user's own for the entities.
    #[cfg(feature = "sqlite")]
    Table,
}

/// A home that is there.
pub(crate) enum Place {
    Memory(Pace),
    #[cfg(feature = "sqlite")]
    File(crate::files::Place),
    #[cfg(feature = "sqlite")]
    Table(crate::files::Place, crate::files::Rows),
}

impl Place {
    pub(crate) async fn new(home: Home) -> Self {
        match home {
            Home::Memory(pace) => Self::Memory(pace),
            #[cfg(feature = "sqlite")]
            Home::File => Self::File(crate::files::Place::new().await),
            #[cfg(feature = "sqlite")]
            Home::Table => {
                let place = crate::files::Place::new().await;
                let rows = place.rows().await;
                Self::Table(place, rows)
            }
        }
    }
}

/// All that may differ between two runs of one case in one home.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) key: Key,
    pub(crate) company: Company,
    pub(crate) moment: Moment,
    /// What goes wrong with the first call of each kind that comes after the future was made.
    pub(crate) trouble: Option<Fault>,
}

/// How often each future of a run is polled, and whether it was done by then.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) polls: Vec<usize>,
    pub(crate) done: Vec<bool>,
}

pub(crate) struct World {
    /// The store as the services have it.
    pub(crate) store: Arc<dyn LockStore>,
    /// The same without what makes it slow.
    pub(crate) beneath: Arc<dyn LockStore>,
    /// The service of the future.
    pub(crate) locks: Locks,
    /// Another one over the same store.
    pub(crate) other: Locks,
    /// Accounts 1, with a balance of 10, and 2 with 20.
    pub(crate) accounts: Arc<dyn Repository<Account>>,
    /// The same with the locks of the other service.
    pub(crate) theirs: Arc<dyn Repository<Account>>,
    faulty: Option<(FaultyStore, Pace)>,
    /// A guard that does not know that it has lost its lock.
    deceived: RefCell<Option<Lease>>,
    /// How soon anybody gets a lock that nobody holds: far less than any ttl.
    pub(crate) bound: Duration,
    /// The key that it is about.
    pub(crate) key: &'static str,
    setting: Setting,
    plan: RefCell<Plan>,
    others: RefCell<Vec<JoinHandle<Result<(), String>>>>,
    before: Rows,
    after: RefCell<Vec<Balances>>,
    must_change: Cell<bool>,
    closed: Cell<bool>,
    evicts: Cell<bool>,
    #[cfg(feature = "sqlite")]
    new_file: Option<std::path::PathBuf>,
}

/// How soon anybody gets a lock in a file that nobody holds.
#[cfg(feature = "sqlite")]
const IN_FILES: Duration = Duration::from_secs(10);

impl World {
    pub(crate) async fn new(place: &Place, setting: Setting, key: &'static str, polls: Vec<usize>) -> Self {
        match place {
            Place::Memory(pace) => {
                let memory = MemoryStore::new();
                let store = FaultyStore::over(memory.clone());
                pace.of_store(&store);
                let last = AtomicU64::new(2);
                let ids = move || last.fetch_add(1, Ordering::Relaxed) + 1;
                let storage = SlowStorage(MemoryStorage::with_ids(ids), *pace);
                let stores: Stores = (Arc::new(store.clone()), Arc::new(memory));
                // Who has got no answer sends some releases, one after the other.
                let bound = Duration::from_millis(if setting.trouble.is_some() { 3_000 } else { 500 });
                let mut world = Self::over(setting, key, polls, stores, storage, bound).await;
                world.faulty = Some((store, *pace));
                world
            }
            #[cfg(feature = "sqlite")]
            Place::Table(place, rows) => {
                Self::over(setting, key, polls, place.stores(), rows.clone(), IN_FILES).await
            }
            #[cfg(feature = "sqlite")]
            Place::File(place) => {
                let accounts = place.accounts.clone();
                let mut world = Self::over(setting, key, polls, place.stores(), accounts, IN_FILES).await;
                world.new_file = Some(place.new_file());
                world
            }
        }
    }

    async fn over(
        setting: Setting,
        key: &'static str,
        polls: Vec<usize>,
        (store, beneath): Stores,
        storage: impl Storage<Account> + Clone,
        bound: Duration,
    ) -> Self {
        let (locks, other) = (Locks::new(Arc::clone(&store)), Locks::new(Arc::clone(&store)));
        let mut world = Self {
            store,
            beneath,
            accounts: Arc::new(locks.repository(storage.clone())),
            theirs: Arc::new(other.repository(storage)),
            locks,
            other,
            faulty: None,
            deceived: RefCell::default(),
            bound,
            key,
            setting,
            plan: RefCell::new(Plan { polls, done: Vec::new() }),
            others: RefCell::default(),
            before: BTreeMap::new(),
            after: RefCell::default(),
            must_change: Cell::new(false),
            closed: Cell::new(false),
            evicts: Cell::new(false),
            #[cfg(feature = "sqlite")]
            new_file: None,
        };
        world.fill().await;
        world.before = world.rows().await;
        world
    }

    /// Puts the accounts there; those of the run before may be left.
    async fn fill(&self) {
        let filled = Balances::from([(1, 10), (2, 20)]);
        let found = balances(&self.rows().await);
        if found == filled {
            return;
        }
        for id in found.keys() {
            self.theirs.delete_by_id(id).await.expect("nobody holds it");
        }
        for (id, balance) in filled {
            self.theirs.insert(Transient::new(Account { id, balance })).await.expect("a new account");
        }
    }

    /// The key, as the setting has it.
    pub(crate) async fn occupy(&self) {
        const HELD: Duration = Duration::from_millis(20);
        const LEFT: Duration = Duration::from_millis(10);

        let service = if self.setting.key == Key::HeldElsewhere { &self.other } else { &self.locks };
        if self.setting.key == Key::Free {
            return;
        }
        let held = service.lock(self.key).acquire().await.expect("free");
        match self.setting.key {
            Key::Free => {}
            Key::HeldHere | Key::HeldElsewhere => {
                self.meanwhile(async move {
                    sleep(HELD).await;
                    drop(held);
                    Ok(())
                });
            }
            Key::OfferedInVain => {
                let lock = self.locks.lock(self.key);
                let mut waiter = Box::pin(async move { lock.acquire().await });
                assert!(futures::poll!(&mut waiter).is_pending());
                self.meanwhile(async move {
                    sleep(LEFT).await;
                    drop(held);
                    sleep(HELD - LEFT).await;
                    drop(waiter);
                    Ok(())
                });
            }
            Key::ForcedFree => {
                let lock = self.other.lock(self.key);
                self.meanwhile(async move {
                    sleep(HELD).await;
                    lock.force_release().await.map(drop).map_err(|error| format!("{error:?}"))
                });
                self.deceived.replace(Some(held));
            }
            Key::JustDropped => drop(held),
            Key::BeingReleased => {
                drop(held);
                yield_now().await;
                yield_now().await;
            }
        }
    }

    /// Polls a future as often as the plan says, whenever it wants to be polled, and drops it.
    pub(crate) async fn dropped<F: Future>(&self, future: F) -> Option<F::Output> {
        let (place, mut left) = {
            let mut plan = self.plan.borrow_mut();
            let place = plan.done.len();
            plan.done.push(false);
            if plan.polls.len() == place {
                plan.polls.push(0);
            }
            (place, plan.polls[place])
        };
        let (first, moment) = (place == 0, self.setting.moment);
        if first && self.setting.company == Company::Before {
            self.company();
            for _ in 0..8 {
                yield_now().await;
            }
        }
        if let (true, Some(trouble), Some((store, pace))) = (first, self.setting.trouble, &self.faulty) {
            pace.with(store, trouble);
        }
        let mut company = first && self.setting.company == Company::After;
        let never = left == 0;
        let mut future = Box::pin(future);
        let mut output = poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            let polled = future.as_mut().poll(context);
            if std::mem::take(&mut company) {
                self.company();
            }
            match polled {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending if left == 0 && moment == Moment::AtOnce => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        let output = (&mut output).await;
        drop(future);
        if never && company {
            self.company();
        }
        self.plan.borrow_mut().done[place] = output.is_some();
        output
    }

    /// Somebody of each service, who wants the lock for a moment.
    fn company(&self) {
        for service in [&self.locks, &self.other] {
            self.meanwhile(visit(service.lock(self.key), self.bound, self.is_troubled(), false));
        }
    }

    fn is_troubled(&self) -> bool {
        self.setting.trouble.is_some()
    }

    fn meanwhile(&self, task: impl Future<Output = Result<(), String>> + Send + 'static) {
        self.others.borrow_mut().push(tokio::spawn(task));
    }

    /// The lock, of the service.
    pub(crate) fn lock(&self) -> Lock {
        self.locks.lock(self.key)
    }

    /// A guard of the service, for the future to be about.
    pub(crate) async fn held(&self) -> Lease {
        self.lock().acquire().await.expect("free")
    }

    /// Gives a call that was dropped the time to land: one to a file is not called back.
    pub(crate) async fn settled(&self) {
        sleep(Duration::from_millis(100)).await;
    }

    /// A release by force that was dropped may still land, on whoever comes next.
    pub(crate) fn may_evict(&self) {
        self.evicts.set(true);
    }

    /// Somebody of this service asks for the lock.
    pub(crate) fn asked_soon(&self) -> JoinHandle<Result<AskReply, AdminError>> {
        let lock = self.lock();
        tokio::spawn(async move {
            sleep(Duration::from_millis(20)).await;
            lock.ask_release("a reason").await
        })
    }

    /// A locked account, the same way, with one more in it.
    pub(crate) async fn changed(&self) -> Locked<lockproof::Persistent<Account>> {
        let mut account = self.accounts.lock(&1).await.expect("free");
        account.balance += 1;
        account
    }

    /// What else there may be in the end than what there was.
    pub(crate) fn may_become(&self, balances: impl IntoIterator<Item = (u64, i64)>) {
        self.after.borrow_mut().push(balances.into_iter().collect());
    }

    /// What there has to be in the end.
    pub(crate) fn must_become(&self, balances: impl IntoIterator<Item = (u64, i64)>) {
        self.after.borrow_mut().clear();
        self.may_become(balances);
        self.must_change.set(true);
    }

    /// The service refuses all that comes from now on.
    pub(crate) fn closes(&self) {
        self.closed.set(true);
    }

    /// A file that is not there yet, beside that of the store.
    #[cfg(feature = "sqlite")]
    pub(crate) fn new_file(&self) -> &std::path::Path {
        self.new_file.as_ref().expect("a home with files")
    }

    pub(crate) fn into_plan(self) -> Plan {
        self.plan.into_inner()
    }

    /// Balances and versions.
    async fn rows(&self) -> Rows {
        let rows = self.theirs.find_all(Query::all()).await.expect("readable");
        rows.into_iter().map(|row| (row.id, (row.balance, row.version()))).collect()
    }

    /// Nobody is stuck, nothing is held, nothing is written by half.
    pub(crate) async fn check(&self) -> Result<(), String> {
        for task in self.others.take() {
            let ended = task.await.map_err(|error| format!("somebody else: {error}"))?;
            ended.or_else(|error| self.unless_closed(error))?;
        }
        if let (Some((store, pace)), true) = (&self.faulty, self.is_troubled()) {
            pace.of_store(store.heal());
        }
        let newcomer = |service: &Locks| visit(service.lock(self.key), self.bound, false, !self.evicts.get());
        let (here, elsewhere) = futures::join!(newcomer(&self.locks), newcomer(&self.other));
        here.or_else(|error| self.unless_closed(error)).map_err(|error| format!("here, {error}"))?;
        elsewhere.map_err(|error| format!("in another service, {error}"))?;
        drop(self.deceived.take());
        for service in [&self.locks, &self.other] {
            let drained = tokio::time::timeout(self.bound, service.drain()).await;
            drained.map_err(|_| format!("draining takes longer than {:?}", self.bound))?;
        }
        let held = self.beneath.list(List::new(String::new(), None, 10)).await;
        let held = held.map_err(|error| format!("the store does not answer: {error}"))?;
        if !held.is_empty() {
            return Err(format!("left behind: {held:?}"));
        }
        self.check_rows().await
    }

    async fn check_rows(&self) -> Result<(), String> {
        let rows = self.rows().await;
        let (now, before) = (balances(&rows), balances(&self.before));
        let after = self.after.borrow().clone();
        let as_before = now == before && !self.must_change.get();
        if !(as_before || after.contains(&now)) {
            return Err(format!("the rows are {now:?}: neither {before:?} nor one of {after:?}"));
        }
        for (id, (balance, version)) in &rows {
            let was_written = self.before.get(id).is_none_or(|(_, before)| version != before);
            let was_changed = self.before.get(id).is_none_or(|(before, _)| balance != before);
            if was_written != was_changed {
                return Err(format!("row {id} has the balance {balance} and the version {version}"));
            }
        }
        for id in now.keys() {
            let again = async || {
                let mut account = self.theirs.lock(id).await?;
                account.balance += 0;
                self.theirs.save_and_release(account).await
            };
            let mut ended = again().await;
            if ended.is_err() && self.evicts.get() {
                ended = again().await;
            }
            ended.map_err(|error| format!("row {id} cannot be written any more: {error:?}"))?;
        }
        Ok(())
    }

    fn unless_closed(&self, error: String) -> Result<(), String> {
        if self.closed.get() { Ok(()) } else { Err(error) }
    }
}

/// Balances and versions of all accounts.
type Rows = BTreeMap<u64, (i64, i64)>;

fn balances(rows: &Rows) -> Balances {
    rows.iter().map(|(id, (balance, _))| (*id, *balance)).collect()
}

/// What services have, and what is beneath.
pub(crate) type Stores = (Arc<dyn LockStore>, Arc<dyn LockStore>);

/// Takes a lock for a moment, as soon as it comes free.
fn visit(
    lock: Lock,
    bound: Duration,
    troubled: bool,
    tells: bool,
) -> impl Future<Output = Result<(), String>> + Send + 'static {
    // Who looks once more when its time is up would find in the end what nobody has told it.
    let lock = lock.wait(bound * 10);
    async move {
        let came = Instant::now();
        let mut lease = lock.acquire().await;
        while troubled && matches!(lease, Err(AcquireError::Store { .. })) {
            // The trouble was theirs; it does not last.
            lease = lock.acquire().await;
        }
        let lease = lease.map_err(|error| format!("somebody is stuck: {error:?}"))?;
        let waited = came.elapsed();
        if waited > bound {
            return Err(format!("somebody is stuck for {waited:?}, longer than {bound:?}"));
        }
        sleep(Duration::from_millis(1)).await;
        if tells {
            return lease.release().await.map_err(|error| format!("a release: {error:?}"));
        }
        Ok(())
    }
}
