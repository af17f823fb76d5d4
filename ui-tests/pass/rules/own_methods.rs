//! An entity has methods of any name, and gets its own through the guard.

use lockproof::{LockProof, Lockable, Locked, Locks, MemoryStorage, Repository, Result, Transient};

#[derive(Lockable, Clone)]
struct Reservation {
    #[lock(id)]
    number: u64,
    released: bool,
}

impl Reservation {
    fn id(&self) -> &'static str {
        "own id"
    }

    fn key(&self) -> &'static str {
        "own key"
    }

    fn version(&self) -> &'static str {
        "own version"
    }

    fn fence(&self) -> &'static str {
        "own fence"
    }

    fn owner(&self) -> &'static str {
        "own owner"
    }

    fn acquired_at(&self) -> &'static str {
        "own acquired_at"
    }

    fn remaining(&self) -> &'static str {
        "own remaining"
    }

    fn is_lost(&self) -> &'static str {
        "own is_lost"
    }

    fn lost(&self) -> &'static str {
        "own lost"
    }

    fn extend(&self) -> &'static str {
        "own extend"
    }

    fn save(&self) -> &'static str {
        "own save"
    }

    fn release(&mut self) {
        self.released = true;
    }

    fn edit(&mut self, number: u64) -> u64 {
        self.released = false;
        number + 1
    }
}

#[test]
fn they_are_not_hidden() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let reservations = Locks::memory().repository(MemoryStorage::new());
        reservations.insert(Transient::new(Reservation { number: 1, released: false })).await?;
        let mut reservation = reservations.lock(&1).await?;

        assert_eq!(reservation.id(), "own id");
        assert_eq!(reservation.key(), "own key");
        assert_eq!(reservation.version(), "own version");
        assert_eq!(reservation.fence(), "own fence");
        assert_eq!(reservation.owner(), "own owner");
        assert_eq!(reservation.acquired_at(), "own acquired_at");
        assert_eq!(reservation.remaining(), "own remaining");
        assert_eq!(reservation.is_lost(), "own is_lost");
        assert_eq!(reservation.lost(), "own lost");
        assert_eq!(reservation.extend(), "own extend");
        assert_eq!(reservation.save(), "own save");
        reservation.release();
        assert!(reservation.released && !Locked::is_lost(&reservation), "the reservation, and not the lock");

        // `edit` is the one exception, where `LockProof` is in scope.
        reservation.edit().released = false;
        assert_eq!(Reservation::edit(&mut reservation, 1), 2);
        assert_eq!(*Locked::id(&reservation), 1);
        Ok(())
    })
}
