//! Conflicts: which are flagged, and how many are kept.

use crate::desk::{Desk, create, created, end, entered};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::order::*;

#[test]
fn another_order_made_by_the_same_create_is_flagged() {
    let mut desk = Desk::new();
    let key = desk.run(create(1));
    desk.tell(created(&key));
    let another = OrderCreated { order_id: None, partner_order_id: "P2".into() };
    let again = AttemptEnded { created: Some(another), ..end(&key, Outcome::DONE) };
    assert_eq!(desk.tell(again).conflicts, [Breach::CreatedDifferently]);
    assert_eq!(desk.order().partner_order_id.as_deref(), Some("P"));
}

#[test]
fn so_many_settled_conflicts_are_kept_and_all_that_are_open() {
    let mut desk = Desk::issued(2);
    desk.tell(entered("E", &["C1"]));
    for number in 0..30 {
        desk.tell(entered(&format!("E{number}"), &["C1"]));
    }
    assert_eq!(desk.order().conflicts.len(), 30, "nothing that is open is forgotten");
    for number in 0..30 {
        let id = format!("entered-twice:E{number}");
        assert_eq!(desk.tell(ConflictResolved { id, note: Some("误扫".into()) }).kind, TransitionKind::Moved);
    }
    let kept: Vec<_> = desk.order().conflicts.iter().map(|conflict| conflict.id.as_str()).collect();
    assert_eq!((kept.len(), kept[0], kept[19]), (20, "entered-twice:E10", "entered-twice:E29"), "the last ones");
    assert_eq!(desk.tell(ConflictResolved { id: "entered-twice:E0".into(), note: None }).reason, Some(Reason::UnknownConflict));

    // One that is open and the oldest of all stays.
    let mut desk = Desk::issued(2);
    desk.tell(entered("E", &["C1"]));
    for number in 0..23 {
        desk.tell(entered(&format!("E{number}"), &["C1"]));
    }
    for number in 1..23 {
        desk.tell(ConflictResolved { id: format!("entered-twice:E{number}"), note: None });
    }
    let kept: Vec<_> = desk.order().conflicts.iter().map(|conflict| conflict.id.as_str()).collect();
    assert_eq!((kept.len(), kept[0], kept[1]), (21, "entered-twice:E0", "entered-twice:E3"));
}
