//! Guests enter, and the supplier's system reports it.

use super::{BEGIN, Purpose, World};
use meituan_protocol::ticket::order::{Consumed, Order, admissions};
use meituan_protocol::time::Timestamp;

impl World<'_> {
    /// A gate that asks lets in by the order as it is stored, too; one that does not knows only what its own system does.
    pub(super) fn guest(&mut self, order: u64, asks: bool) {
        let Some(account) = self.upstream.get(&order) else { return };
        let mut free = account.free_tickets();
        if asks {
            let json = self.store.orders.get(&order).map_or("", |stored| stored.json.as_str());
            let Ok(Some(stored)) = Order::from_json(json.as_bytes()) else { return };
            let admitted = admissions(&stored, Timestamp(self.now));
            free.retain(|code| match code {
                Some(code) => admitted.iter().any(|admission| admission.voucher.as_ref() == Some(code)),
                None => !admitted.is_empty(),
            });
        }
        if free.is_empty() {
            return;
        }
        let place = self.between(Purpose::Gate, 0, free.len() as i64) as usize;
        let code = free.swap_remove(place);
        let Some(account) = self.upstream.get_mut(&order) else { return };
        let id = account.enter(code.as_ref());
        self.log(format_args!("a guest of {order} enters, {id}, {code:?}"));
        let at = Some(Timestamp(self.now.max(BEGIN)));
        let quantity = if code.is_none() { Some(1) } else { None };
        let vouchers = code.map(|code| vec![code]);
        self.report(order, Consumed { id, at, quantity, vouchers, credentials: None }.into());
    }
}
