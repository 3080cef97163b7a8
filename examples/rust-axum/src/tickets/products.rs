//! Products, and why an order cannot be accepted. Yours to replace.

use meituan_protocol::money::Fen;
use meituan_protocol::ticket::calls::OrderCreate;
use meituan_protocol::ticket::codes::OrderCreateCode;
use meituan_protocol::time::{Date, Timestamp};
use std::time::SystemTime;

/// A product.
pub struct Product {
    number: &'static str,
    price: Fen,
    max_per_order: i32,
    /// The issuer of its tickets, and of refunds.
    pub issuer: Issuer,
}

/// The issuer of tickets.
#[derive(PartialEq)]
pub enum Issuer {
    /// We do, at once.
    Ourselves,
    /// Somebody else, after a while.
    Upstream,
    /// Somebody else, who has stopped.
    StoppedUpstream,
}

const PRODUCTS: [Product; 3] = [
    Product { number: "garden-day", price: Fen(5800), max_per_order: 10, issuer: Issuer::Ourselves },
    Product { number: "tower-night", price: Fen(5800), max_per_order: 10, issuer: Issuer::Upstream },
    Product { number: "ferry", price: Fen(5800), max_per_order: 10, issuer: Issuer::StoppedUpstream },
];

/// The product of this number.
pub fn product(number: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.number == number)
}

/// Now.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(since_epoch.as_millis() as i64)
}

/// Why an order cannot be accepted. Meituan's staff read the reason, so it says what was found, in Chinese.
pub fn objection(order: &OrderCreate) -> Option<(OrderCreateCode, String)> {
    let number = &order.partner_deal_id;
    let Some(product) = product(number) else {
        return Some((OrderCreateCode(421), format!("产品 {number} 不存在或已下架")));
    };
    if order.buy_price != product.price {
        let yuan = |fen: Fen| format!("{}.{:02}", fen.0 / 100, fen.0 % 100);
        let reason = format!("进货单价应为 {} 元，收到 {} 元", yuan(product.price), yuan(order.buy_price));
        return Some((OrderCreateCode(410), reason));
    }
    if order.quantity > product.max_per_order {
        return Some((OrderCreateCode(410), format!("每单最多 {} 张，收到 {} 张", product.max_per_order, order.quantity)));
    }
    // Meituan's dates are those of UTC+8, and so are the library's.
    let past = order.travel_date.filter(|date| *date < Date::of(now()));
    past.map(|date| (OrderCreateCode(422), format!("游玩日期 {date} 已过")))
}
