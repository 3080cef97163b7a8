//! Actions on an order that gates and people need.

use super::{BoxError, DueStore, Functions, Handler, Runtime, Store};
use crate::message::Id;
use crate::ticket::order::{Admit, Admittance, Answer, Conflict, ConflictResolved, Explanation, Notice, RetryNotice, explain};
use crate::ticket::service::{NoReply, Recorded};

impl<S: Store, F: Functions, R: Runtime> Handler<S, F, R> {
    /// Lets guests in by free tickets, once for each [`Admit::id`], whichever gate asks: the same id gets the same answer. It says who
    /// is admitted and who is refused, and why. Open the gate for those who are admitted, and for nobody else.
    ///
    /// # Errors
    /// When the store did not take it: nobody is known to be admitted. Ask again with the same id.
    pub async fn admit(&self, order_id: Id, request: Admit) -> Result<Admittance, NoReply> {
        match self.record(order_id, request).await?.transition.answer {
            Answer::Admitted(admittance) => Ok(admittance),
            _ => Err(NoReply::Unknown),
        }
    }

    /// Says what is known of an order, what is due and when, which functions and notices are open, and which conflicts: as facts,
    /// and in words, by `Explanation::meaning` of the feature `texts`. Nothing is saved.
    ///
    /// # Errors
    /// Those of the store, and of a snapshot that is none.
    pub async fn explain(&self, order_id: Id) -> Result<Explanation, BoxError> {
        let order = self.order(order_id).await?;
        Ok(explain(order_id, order, &self.0.service.settings, self.0.runtime.now().wall))
    }

    /// Records that somebody has looked into a conflict, and what came of it. One that is not there is illegal.
    ///
    /// # Errors
    /// When the store did not take it.
    pub async fn resolve_conflict(&self, order_id: Id, id: &str, note: Option<&str>) -> Result<Recorded, NoReply> {
        self.record(order_id, ConflictResolved { id: id.into(), note: note.map(str::to_owned) }).await
    }

    /// Has a notice sent again that was given up. One that was not is illegal.
    ///
    /// # Errors
    /// When the store did not take it.
    pub async fn retry_notice(&self, order_id: Id, id: &str) -> Result<Recorded, NoReply> {
        self.record(order_id, RetryNotice { id: id.into() }).await
    }

    /// Returns the notices of an order that Meituan has not accepted yet, the next one first. If you send them yourself,
    /// [`Supplier::notice_request`](crate::ticket::Supplier::notice_request) signs one, and the event
    /// [`NoticeAccepted`](crate::ticket::order::NoticeAccepted) ends it.
    ///
    /// # Errors
    /// As of [`Handler::order`].
    pub async fn pending_notices(&self, order_id: Id) -> Result<Vec<Notice>, BoxError> {
        Ok(self.order(order_id).await?.map(|order| order.notices).unwrap_or_default())
    }
}

impl<S: DueStore, F: Functions, R: Runtime> Handler<S, F, R> {
    /// Returns the orders with conflicts that nobody has resolved, and these; `None` where the store has no
    /// [`DueStore::with_conflicts`].
    ///
    /// # Errors
    /// Those of the store, and of a snapshot that is none.
    pub async fn conflicts(&self) -> Result<Option<Vec<(Id, Vec<Conflict>)>>, BoxError> {
        let Some(order_ids) = self.0.store.with_conflicts().await? else { return Ok(None) };
        let mut found = Vec::new();
        for order_id in order_ids {
            let conflicts = self.order(order_id).await?.map(|order| order.conflicts).unwrap_or_default();
            let open: Vec<_> = conflicts.into_iter().filter(|conflict| conflict.resolved_at.is_none()).collect();
            if !open.is_empty() {
                found.push((order_id, open));
            }
        }
        Ok(Some(found))
    }
}
