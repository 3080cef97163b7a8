//! The walk over a trace: settings first, then the exchanges in the order of their time.

use super::super::notices::RefundNotice;
use super::super::{
    CONSUME_NOTICE, Call, Direction, ORDER_CLOSE, ORDER_CREATE, ORDER_PAY, ORDER_QUERY, ORDER_REFUND, ORDER_REFUNDED,
    ORDER_RESCHEDULE, PAY_NOTICE, REFUND_NOTICE,
};
use super::codes::Index;
use super::endpoint::{NOTICE_WORKING_DAYS, check_port};
use super::exchange::{Exchange, Signatures, indexed, order_of};
use super::order::Order;
use super::points::Name;
use super::query::STATE;
use super::report::{Findings, Report, Strictness};
use super::trace::{Settings, Trace, read_trace};
use crate::message::definition::{Facts, RuleVerdict};
use crate::message::{Packed, Reading, View, read};
use crate::time::Timestamp;
use crate::{Error, ErrorCode};

/// Judges a trace.
///
/// # Errors
/// As [`check_json`].
pub fn check(trace: &Trace, strictness: Strictness) -> Result<Report, Error> {
    check_json(&trace.to_json()?, strictness)
}

/// Judges a trace as it was written down.
///
/// # Errors
/// When the trace itself is not of its format; what is wrong in the exchanges is in the report.
pub fn check_json(trace: &[u8], strictness: Strictness) -> Result<Report, Error> {
    let mut packed = Packed::default();
    read_trace(trace, &mut packed)?;
    let Some(view) = packed.view(Trace::MESSAGE, trace) else { return Err(Error::at(ErrorCode::InvalidJson, "")) };
    let settings = view.object("settings").map(|settings| Settings::of(&settings)).unwrap_or_default();
    let mut checker = Checker {
        settings,
        found: Findings::new(strictness),
        orders: Vec::new(),
        places: Index::default(),
        upstream: Index::default(),
        signatures: Signatures::default(),
        seen: Vec::new(),
        asked: Packed::default(),
        written: Packed::default(),
        alone: Packed::default(),
    };
    for product in &checker.settings.upstream_products {
        checker.upstream.number(product);
    }
    if let Some(settings) = view.object("settings") {
        checker.judge_settings(&settings);
    }
    let exchanges = checker.collect(&view, trace)?;
    for exchange in &exchanges {
        checker.judge(exchange);
    }
    Ok(checker.finish())
}

struct Checker {
    settings: Settings,
    found: Findings,
    orders: Vec<Order>,
    /// Which of the orders has which number.
    places: Index,
    /// Products that are issued again upstream.
    upstream: Index,
    signatures: Signatures,
    /// The interfaces that were seen to work.
    seen: Vec<&'static str>,
    asked: Packed,
    written: Packed,
    alone: Packed,
}

impl Checker {
    #[inline(never)]
    fn judge_settings(&mut self, settings: &View<'_>) {
        let found = &mut self.found;
        for endpoint in settings.objects("endpoints") {
            found.shows(Name::Ports);
            let url = endpoint.string("url").unwrap_or_default();
            match check_port(&url) {
                RuleVerdict::Kept => {}
                RuleVerdict::Broken => found.fails(Name::Ports, None, "settings.endpoints", &url),
                // The acceptance manual speaks of IP addresses; that names are reached at any port is not known.
                RuleVerdict::Unchecked => found.warns(Name::Ports, None, "settings.endpoints", &url),
            }
        }
        if settings.has("endpoints") {
            let declared =
                |name: &str| settings.objects("endpoints").any(|endpoint| endpoint.string("call").as_deref() == Some(name));
            // Calls of the supplier have no URL of their own.
            for call in Call::mandatory().filter(|call| call.is_to_supplier() && !declared(call.name)) {
                found.fails(Name::Mandatory, None, "settings.endpoints", call.name);
            }
        }
        for change in settings.objects("endpointChanges") {
            found.shows(Name::ChangeNotice);
            let at = |field| Timestamp(change.integer(field).unwrap_or_default());
            if at("upgradeAt") < self.settings.calendar.add_working_days(at("announcedAt"), NOTICE_WORKING_DAYS) {
                found.fails(Name::ChangeNotice, None, "settings.endpointChanges", "fewer than 3 working days ahead");
            }
        }
    }

    /// The exchanges in the order of their time, each with its order.
    #[inline(never)]
    fn collect<'t>(&mut self, trace: &View<'t>, source: &'t [u8]) -> Result<Vec<Exchange<'t>>, Error> {
        let mut exchanges = Vec::new();
        for (index, view) in trace.objects("exchanges").enumerate() {
            let invalid = |field: &str| Error::at(ErrorCode::UnknownValue, &indexed("exchanges".into(), index, field));
            let call = Call::named(&view.string("call").unwrap_or_default()).ok_or_else(|| invalid(".call"))?;
            let direction = if call.direction == Direction::ToSupplier { "toSupplier" } else { "toMeituan" };
            if view.string("direction").as_deref() != Some(direction) {
                return Err(invalid(".direction"));
            }
            let raw = |field| view.raw(field).and_then(|range| source.get(range));
            let request = raw("request").unwrap_or_default();
            let exchange = Exchange {
                index: index as u32,
                at: view.integer("at").unwrap_or_default(),
                duration: view.integer("durationMs"),
                call,
                authenticated: view.integer("authenticated").map(|flag| flag != 0),
                stale: view.integer("stale") == Some(1),
                request,
                response: raw("response"),
                http_status: view.integer("httpStatus"),
                order: order_of(request).map(|id| self.order_index(id)),
                overlaps: false,
            };
            exchanges.push(exchange);
        }
        exchanges.sort_unstable_by_key(|exchange| (exchange.at, exchange.index));
        mark_overlaps(&mut exchanges, self.orders.len());
        Ok(exchanges)
    }

    #[inline(never)]
    fn order_index(&mut self, id: String) -> usize {
        let index = self.places.number(&id) as usize;
        if index == self.orders.len() {
            self.orders.push(Order::default());
        }
        index
    }

    #[inline(never)]
    fn judge(&mut self, exchange: &Exchange<'_>) {
        let Checker { settings, upstream, found, orders, signatures, seen, asked, written, alone, .. } = self;
        if !exchange.judge_transport(signatures, found) {
            return;
        }
        let mut unknown = Order::default();
        let order = match exchange.order {
            Some(index) => &mut orders[index],
            None => &mut unknown,
        };
        let said = exchange.said();
        exchange.judge_message(
            said.code,
            Facts { quantity: order.quantity(), ..Facts::NONE },
            order.may_have_codes(exchange),
            written,
            found,
        );
        read(exchange.call.request, exchange.request, Reading::WIRE, asked);
        let asked = asked.view(exchange.call.request, exchange.request);
        let wrote = exchange.written().and_then(|(message, text)| written.view(message, text));
        if let Some(wrote) = &wrote {
            exchange.judge_numbers(wrote, asked.as_ref(), settings.partner_id, &mut order.number, found);
        }
        let is_whole = wrote.is_some() || exchange.issues_without_codes(said.code);
        if is_whole && (said.code.is_some() || !exchange.is_to_supplier()) && !seen.contains(&exchange.call.name) {
            seen.push(exchange.call.name);
        }
        let body = wrote.and_then(|wrote| wrote.object("body"));
        if exchange.is(&ORDER_PAY) {
            return order.pay(exchange, &said, body, upstream, found);
        }
        if exchange.is(&PAY_NOTICE) {
            return order.pay_notice(exchange, &said, body, found);
        }
        if exchange.is(&ORDER_QUERY) {
            let may_have_codes = order.may_have_codes(exchange);
            let body = body.or_else(|| exchange.body_alone(&STATE, alone).filter(|_| !may_have_codes));
            return order.query(exchange, &said, body, found);
        }
        if exchange.is(&REFUND_NOTICE) {
            let body = body.or_else(|| exchange.body_alone(RefundNotice::MESSAGE, alone));
            return body.map_or((), |body| order.refund_notice(exchange, &body, &said, found));
        }
        let Some(asked) = asked.and_then(|asked| asked.object("body")) else { return };
        if exchange.is(&ORDER_CREATE) {
            order.create(exchange, &asked, &said, found);
        } else if exchange.is(&ORDER_REFUND) {
            order.refund(exchange, &asked, &said, body.is_some(), &settings.calendar, found);
        } else if exchange.is(&CONSUME_NOTICE) {
            order.consume(exchange, &asked, &said, found);
        } else if exchange.is(&ORDER_CLOSE) {
            order.close(exchange, &asked, &said, found);
        } else if exchange.is(&ORDER_REFUNDED) {
            order.refunded(exchange, &asked, &said, found);
        } else if exchange.is(&ORDER_RESCHEDULE) {
            order.reschedule();
        }
    }

    #[inline(never)]
    fn finish(mut self) -> Report {
        for order in &self.orders {
            order.finish(&mut self.found);
        }
        self.signatures.finish(&mut self.found);
        let is_seen = |call: &&Call| self.seen.contains(&call.name);
        if Call::mandatory().all(|call| is_seen(&call)) {
            self.found.shows(Name::Mandatory);
        } else if Call::mandatory().any(|call| is_seen(&call)) {
            for call in Call::mandatory().filter(|call| !is_seen(call)) {
                self.found.unchecked(Name::Mandatory, None, "exchanges", call.name);
            }
        }
        self.found.finish()
    }
}

/// Marks exchanges of the same order that were under way at the same time. They come in the order of their beginnings.
#[inline(never)]
fn mark_overlaps(exchanges: &mut [Exchange<'_>], orders: usize) {
    // For each order: the exchange that ended last so far.
    let mut last: Vec<Option<usize>> = vec![None; orders];
    for index in 0..exchanges.len() {
        let Some(order) = exchanges[index].order else { continue };
        let before = last[order].replace(index);
        let Some(before) = before else { continue };
        if exchanges[before].end() > exchanges[index].at {
            exchanges[before].overlaps = true;
            exchanges[index].overlaps = true;
        }
        last[order] = [before, index].into_iter().max_by_key(|&each| exchanges[each].end());
    }
}
