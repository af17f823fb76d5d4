use crate::program::Place;

#[test]
fn a_killed_holder_and_a_late_save_leave_every_balance_right() {
    let place = Place::new();
    let ran = place.run([], &place.generated());
    ran.assert_status(0);
    assert!(ran.row("saves refused by fence") >= 1);
    assert!(ran.row("workers replaced") >= 1);
    assert_eq!(ran.row("balances right"), 20);
    assert_eq!(ran.row("applied"), 600);
}

#[test]
fn without_the_fence_a_balance_is_wrong() {
    let place = Place::new();
    let ran = place.run(["--faults", "no-fence"], &place.generated());
    ran.assert_status(1);
    assert_eq!(ran.row("saves refused by fence"), 0);
    assert!(ran.row("workers replaced") >= 1);
    assert!(ran.row("balances right") < 20);
    let named = ran.errors.lines().filter(|line| line.starts_with("failed: account ")).count();
    assert_eq!(named, 20 - ran.row("balances right"), "{}", ran.errors);
    assert!(ran.errors.contains("must be"), "{}", ran.errors);
    assert!(ran.errors.contains("no save was refused by the fence"), "{}", ran.errors);
}

#[test]
fn two_workers_are_enough() {
    let place = Place::new();
    place.run(["--workers", "2"], &place.generated()).assert_status(0);
}

#[test]
fn without_faults_nothing_is_refused() {
    let place = Place::new();
    let ran = place.run(["--faults", "none"], &place.generated());
    ran.assert_status(0);
    assert_eq!(ran.row("saves refused by fence"), 0);
    assert_eq!(ran.row("workers replaced"), 0);
    assert_eq!(ran.row("balances right"), 20);
}

#[test]
fn in_memory_the_workers_are_tasks() {
    let place = Place::new();
    let ran = place.run(["--store", "memory"], &place.generated());
    ran.assert_status(0);
    assert_eq!(ran.row("applied"), 600);
    assert_eq!(ran.row("balances right"), 20);
}

#[test]
fn a_named_database_is_kept_and_not_used_twice() {
    let place = Place::new();
    let input = place.generated();
    let ran = place.run(["--store", "sqlite:kept.db"], &input);
    ran.assert_status(0);
    assert!(place.path("kept.db").is_file());
    let again = place.run(["--store", "sqlite:kept.db"], &input);
    again.assert_status(2);
    assert!(again.errors.contains("kept.db: it has accounts already"), "{}", again.errors);
}
