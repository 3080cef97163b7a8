//! Conflicts: facts that contradict each other. Each is kept, and somebody has to look.

use super::breaches::conflict_id;
use super::change::joined;
use super::units::{equal, sorted};
use super::{Answer, Breach, Change, Conflict, ConflictResolved, Reason, Said, TransitionKind};

/// Limit of settled conflicts that are kept.
const MAX_SETTLED: usize = 20;

impl Change<'_> {
    /// Records that the event contradicts what is known. `about` is what it is about: the id of an entry, a refund, a message.
    pub(super) fn flag(&mut self, breach: Breach, about: &str, contradicts: &[&str]) {
        if !self.conflicts.contains(&breach) {
            self.conflicts.push(breach);
        }
        let recorded = joined(&[self.event, if about.is_empty() { "" } else { " " }, about]);
        let conflict = Conflict {
            id: conflict_id(breach, about),
            breach: breach.id().into(),
            recorded: Some(recorded),
            contradicts: Some(joined(contradicts)).filter(|words| !words.is_empty()),
            since: self.now,
            ..Conflict::default()
        };
        match self.conflict(&conflict.id) {
            Some(known) if known.resolved_at.is_some() => *known = conflict,
            Some(_) => {}
            None => self.order.conflicts.push(conflict),
        }
    }

    /// A conflict that is no more, by what has happened since.
    pub(super) fn settle(&mut self, breach: Breach, about: &str) {
        let id = conflict_id(breach, about);
        self.resolve(&id, None);
    }

    pub(super) fn conflict_resolved(&mut self, resolved: &ConflictResolved) -> Said {
        if self.resolve(&resolved.id, resolved.note.as_ref()) {
            return (TransitionKind::Moved, Answer::None);
        }
        if self.order.conflicts.iter().any(|known| known.id == resolved.id) {
            return (TransitionKind::Duplicate, Answer::None);
        }
        self.illegal(Reason::UnknownConflict)
    }

    fn resolve(&mut self, id: &str, note: Option<&String>) -> bool {
        let now = self.now;
        let open = self.conflict(id).filter(|known| known.resolved_at.is_none());
        let Some(conflict) = open else { return false };
        (conflict.resolved_at, conflict.note) = (Some(now), note.cloned());
        self.settled.push(id.to_owned());
        true
    }

    /// Whether a conflict was reported, settled or not.
    pub(super) fn is_flagged(&mut self, breach: Breach, about: &str) -> bool {
        self.conflict(&conflict_id(breach, about)).is_some()
    }

    fn conflict(&mut self, id: &str) -> Option<&mut Conflict> {
        let place = self.conflict_ids.place(&self.order.conflicts, |known| &known.id, id)?;
        self.order.conflicts.get_mut(place)
    }

    /// Of the settled ones the first are forgotten; last of all those that this event has settled.
    pub(super) fn keep_few_settled(&mut self) {
        if self.settled.is_empty() {
            return;
        }
        let now_settled = sorted(self.settled.iter().map(|id| (id.as_str(), 0)));
        let is_settled = |known: &Conflict| known.resolved_at.is_some();
        let mut excess = self.order.conflicts.iter().filter(|known| is_settled(known)).count().saturating_sub(MAX_SETTLED);
        for are_new in [false, true] {
            self.order.conflicts.retain(|known| {
                let goes = excess > 0 && is_settled(known) && equal(&now_settled, &known.id).is_empty() != are_new;
                excess -= usize::from(goes);
                !goes
            });
        }
    }
}
