//! What is stored comes back as it was.

use lockproof::{Error, Lockable, Locked, Persistent, Query, Repository, Result, Transient};
use serde::{Deserialize, Serialize};

use super::home::rows_of;

#[derive(Lockable, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Note {
    #[lock(id)]
    id: String,
    text: String,
    tags: Vec<String>,
    parent: Option<Box<Self>>,
}

fn note(id: &str, text: impl Into<String>) -> Note {
    Note { id: id.into(), text: text.into(), ..Note::default() }
}

fn plain(found: Option<Persistent<Note>>) -> Option<Note> {
    found.map(Persistent::into_inner)
}

#[tokio::test]
async fn whatever_it_is_and_whichever_way_it_goes() -> Result<()> {
    let (notes, _home) = rows_of::<Note>().await;
    let nested =
        Note { tags: vec![String::new(), "ß".into()], parent: Some(note("", "").into()), ..note("n", "") };
    let all = [
        note("empty", ""),
        note("unicode", "ä \u{1F600} \"quoted\" \\ \n \0 '; --"),
        note("a:b/c%d ä\u{1F600}", "an id with all that keys are made of"),
        note("big", "é".repeat(500_000)),
        nested,
    ];
    for note in &all {
        let inserted = notes.insert(Transient::new(note.clone())).await?;
        assert_eq!(inserted.into_inner(), *note);
        assert_eq!(plain(notes.find(&note.id).await?).as_ref(), Some(note));
    }
    let found: Vec<_> = notes.find_all(Query::all()).await?.into_iter().map(Persistent::into_inner).collect();
    assert_eq!(found, all);

    for note in &all {
        let mut locked = notes.lock(&note.id).await?;
        assert_eq!(*locked, *note);
        locked.tags.push(note.text.clone());
        let longer = locked.clone();
        notes.save(&mut locked).await?;
        let saved = notes.save_and_release(locked).await?;
        assert_eq!(*saved, longer);
        assert_eq!(plain(notes.find(&note.id).await?), Some(longer));
    }
    for note in &all {
        assert!(notes.delete_by_id(&note.id).await?);
        assert_eq!(plain(notes.find(&note.id).await?), None);
    }
    assert!(notes.find_all(Query::all()).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_id_that_makes_no_key_is_refused_everywhere() -> Result<()> {
    let (notes, _home) = rows_of::<Note>().await;
    for id in ["", "\0", &"long".repeat(200)] {
        let id = id.to_owned();
        assert!(notes.insert(Transient::new(note(&id, "text"))).await.is_err());
        assert!(notes.lock(&id).await.map(drop).is_err());
        assert!(notes.lock_all(std::slice::from_ref(&id)).await.map(drop).is_err());
        assert!(notes.try_lock(&id).await.map(drop).is_err());
        assert!(notes.delete_by_id(&id).await.is_err());
        let forced: Result<_, Error> = notes.force_release(&id).await;
        assert!(forced.is_err());
    }
    assert!(notes.find_all(Query::all()).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn each_save_raises_the_version() -> Result<()> {
    let (notes, _home) = rows_of::<Note>().await;
    let inserted = notes.insert(Transient::new(note("a", ""))).await?;
    let mut locked = notes.lock(inserted.id()).await?;
    assert_eq!(Locked::version(&locked), inserted.version());
    for nth in 1..=3 {
        notes.save(&mut locked).await?;
        assert_eq!(Locked::version(&locked), inserted.version() + nth);
    }
    Ok(())
}
