//! Homes of entities that are wrong in one way each.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use lockproof::{
    Claim, Claimed, Delete, Filter, Insert, Inserted, Lockable, Order, Query, Storage, StoreError, Stored,
    Update, Written, field,
    testing::{StorageHarness, run_storage_case},
};

use crate::said;

#[derive(Lockable, Clone, Debug, PartialEq)]
struct Note {
    #[lock(id)]
    title: String,
    text: String,
    number: i64,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Wrong {
    #[default]
    Nothing,
    /// The fence of the row is not looked at by the read under the lock.
    ClaimsUnderALowerToken,
    /// The read under the lock is a read.
    ClaimsWithoutAStamp,
    ClaimsTwiceUnderOneToken,
    /// Compares with the fence of a claim and not with what it has to be below.
    ShutsSeatsOut,
    /// An upsert.
    InsertsOver,
    InsertsWithVersion0,
    UpdatesWithoutTheFence,
    UpdatesWithoutTheVersion,
    /// An upsert.
    UpdatesWhatIsMissing,
    /// Counts the version on by itself.
    UpdatesToTheNextVersion,
    DeletesWithoutTheFence,
    DeletesWithoutTheVersion,
    FindsWithoutLimit,
    FindsWithoutFilter,
    FindsInAnyOrder,
    /// The id's column does not know upper case from lower.
    FoldsIds,
    /// The text's column has 255 characters.
    CutsTexts,
}

#[derive(Clone, Default)]
struct Table {
    wrong: Wrong,
    rows: Arc<Mutex<BTreeMap<String, Row>>>,
}

#[derive(Clone)]
struct Row {
    note: Note,
    fence: i64,
    version: i64,
}

impl Row {
    fn stored(&self) -> Stored<Note> {
        Stored { entity: self.note.clone(), version: self.version }
    }
}

impl Table {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<String, Row>> {
        self.rows.lock().expect("no panic")
    }

    fn is(&self, wrong: Wrong) -> bool {
        self.wrong == wrong
    }

    fn id(&self, id: &str) -> String {
        if self.is(Wrong::FoldsIds) { id.to_lowercase() } else { id.into() }
    }

    fn kept(&self, note: &Note) -> Note {
        let most = if self.is(Wrong::CutsTexts) { 255 } else { usize::MAX };
        Note { text: note.text.chars().take(most).collect(), ..note.clone() }
    }
}

impl Storage<Note> for Table {
    async fn find(&self, id: &String) -> Result<Option<Stored<Note>>, StoreError> {
        Ok(self.rows().get(&self.id(id)).map(Row::stored))
    }

    async fn find_all(&self, query: &Query<Note>) -> Result<Vec<Stored<Note>>, StoreError> {
        let rows: Vec<_> = self.rows().values().map(Row::stored).collect();
        Ok(match self.wrong {
            Wrong::FindsWithoutLimit => rows.into_iter().filter(|row| query.matches(&row.entity)).collect(),
            Wrong::FindsWithoutFilter => {
                let (offset, limit) = query.page();
                rows.into_iter().skip(offset).take(limit.unwrap_or(usize::MAX)).collect()
            }
            Wrong::FindsInAnyOrder => {
                let (offset, limit) = query.page();
                let all = Query::from(query.filter_ref().clone()).offset(offset);
                all.limit(limit.unwrap_or(usize::MAX)).select(rows)
            }
            _ => query.select(rows),
        })
    }

    async fn claim(&self, claim: Claim<'_, Note>) -> Result<Claimed<Note>, StoreError> {
        match self.rows().get_mut(&self.id(claim.id())) {
            Some(row)
                if row.fence < claim.below() && !self.is(Wrong::ShutsSeatsOut)
                    || row.fence < claim.fence()
                    || self.is(Wrong::ClaimsUnderALowerToken)
                    || self.is(Wrong::ClaimsTwiceUnderOneToken) && row.fence == claim.fence() =>
            {
                if !self.is(Wrong::ClaimsWithoutAStamp) {
                    row.fence = claim.fence();
                }
                Ok(Claimed::Loaded(row.stored()))
            }
            row => claim.refused(row.map(|row| row.fence)),
        }
    }

    async fn insert(&self, insert: Insert<'_, Note>) -> Result<Inserted, StoreError> {
        let (id, note) = (self.id(insert.id()), self.kept(insert.entity()));
        if self.rows().contains_key(&id) && !self.is(Wrong::InsertsOver) {
            return Ok(Inserted::Exists);
        }
        let version = if self.is(Wrong::InsertsWithVersion0) { 0 } else { insert.version() };
        self.rows().insert(id, Row { note, fence: 0, version });
        Ok(Inserted::Done { version })
    }

    async fn update(&self, update: Update<'_, Note>) -> Result<Written, StoreError> {
        let (id, note) = (self.id(update.id()), self.kept(update.entity()));
        let mut rows = self.rows();
        match rows.get_mut(&id) {
            Some(row)
                if (row.fence == update.fence() || self.is(Wrong::UpdatesWithoutTheFence))
                    && (update.versions().contains(&row.version)
                        || self.is(Wrong::UpdatesWithoutTheVersion)) =>
            {
                let next = row.version + 1;
                row.note = note;
                row.version = if self.is(Wrong::UpdatesToTheNextVersion) { next } else { update.version() };
                Ok(Written::Done)
            }
            None if self.is(Wrong::UpdatesWhatIsMissing) => {
                rows.insert(id, Row { note, fence: update.fence(), version: update.version() });
                Ok(Written::Done)
            }
            row => update.refused(row.map(|row| (row.fence, row.version))),
        }
    }

    async fn delete(&self, delete: Delete<'_, Note>) -> Result<Written, StoreError> {
        let id = self.id(delete.id());
        let mut rows = self.rows();
        match rows.get(&id) {
            Some(row)
                if (row.fence == delete.fence() || self.is(Wrong::DeletesWithoutTheFence))
                    && (delete.versions().contains(&row.version)
                        || self.is(Wrong::DeletesWithoutTheVersion)) =>
            {
                rows.remove(&id);
                Ok(Written::Done)
            }
            row => delete.refused(row.map(|row| (row.fence, row.version))),
        }
    }
}

impl StorageHarness for Table {
    type Entity = Note;
    type Storage = Self;

    async fn open(&self) -> Result<Self, StoreError> {
        Ok(self.clone())
    }

    fn entity(&self, id: u32, number: i64) -> Note {
        Note { title: id.to_string(), text: format!("note {id}"), number }
    }

    fn number(&self, note: &Note) -> i64 {
        note.number
    }

    fn set_number(&self, note: &mut Note, number: i64) {
        note.number = number;
    }

    fn with_text(&self, id: u32, text: &str) -> Option<Note> {
        Some(Note { text: text.into(), ..self.entity(id, 7) })
    }

    fn with_id(&self, id: &str) -> Option<Note> {
        Some(Note { title: id.into(), ..self.entity(0, 7) })
    }

    fn having(&self, number: i64) -> Option<Filter<Note>> {
        Some(field!(Note.number).eq(number))
    }

    fn by_number(&self) -> Option<Order<Note>> {
        Some(field!(Note.number).ascending())
    }
}

fn caught(case: &str, wrong: Wrong) -> Option<String> {
    said(|| run_storage_case(case, &Table { wrong, ..Table::default() }))
}

/// Makes a test of each wrong home: it is caught by this case, which says this.
macro_rules! wrong_homes {
    ($($test:ident: $wrong:ident, $case:literal, $says:literal;)*) => {
        $(
            #[test]
            fn $test() {
                let said = caught($case, Wrong::$wrong).expect(concat!("the case ", $case, " lets it pass"));
                assert!(said.contains(concat!("fails the case ", $case)) && said.contains($says), "{said}");
            }
        )*

        #[test]
        fn one_that_is_right_is_caught_by_none_of_these() {
            $(assert_eq!(caught($case, Wrong::Nothing), None);)*
        }
    };
}

wrong_homes! {
    a_claim_under_a_lower_token: ClaimsUnderALowerToken, "claim__lower_token", "`claim` under a lower token";
    a_claim_without_a_stamp: ClaimsWithoutAStamp, "claim__lower_token", "must be Fenced";
    a_claim_without_a_stamp_that_cannot_save: ClaimsWithoutAStamp, "update__claimed", "must be Done";
    a_seat_that_is_shut_out: ShutsSeatsOut, "claim__for_a_seat", "below()";
    a_second_claim: ClaimsTwiceUnderOneToken, "claim__same_token", "must be Fenced";
    a_delete_without_the_fence: DeletesWithoutTheFence, "delete__later_claim", "must be Fenced";
    a_delete_without_the_version: DeletesWithoutTheVersion, "delete__other_version", "must be Stale";
    an_insert_over: InsertsOver, "insert__existing", "must be Exists";
    an_insert_over_by_a_repository: InsertsOver, "repository_insert__existing", "must be refused";
    an_insert_with_version_0: InsertsWithVersion0, "update__recreated", "the version of the row";
    an_update_of_what_is_missing: UpdatesWhatIsMissing, "update__missing", "must be Gone";
    an_update_to_the_next_version: UpdatesToTheNextVersion, "update__late", "must be Stale";
    an_update_without_the_fence: UpdatesWithoutTheFence, "update__later_claim", "must be Fenced";
    an_update_without_the_fence_by_a_repository: UpdatesWithoutTheFence, "save__superseded", "must be a `SaveError`";
    an_update_without_the_version: UpdatesWithoutTheVersion, "update__other_version", "must be Stale";
    an_update_without_the_version_by_a_repository: UpdatesWithoutTheVersion, "save__written_behind", "must be a `SaveError`";
    ids_that_are_folded: FoldsIds, "id__unicode", "that it exists";
    pages_in_any_order: FindsInAnyOrder, "find_all__order", "the numbers by number";
    pages_without_filter: FindsWithoutFilter, "find_all__filter", "must be [3, 3]";
    pages_without_limit: FindsWithoutLimit, "find_all__all", "of two at most";
    texts_that_are_cut: CutsTexts, "text__one_megabyte", "`claim`";
}
