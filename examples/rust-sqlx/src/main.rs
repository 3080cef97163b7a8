//! A ticket supplier with axum: products, stock, codes and orders in PostgreSQL. The library keeps the orders in the store of `lib.rs`, runs
//! each function to one end, and sends Meituan what follows from that.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use meituan_orders_sqlx::Orders;
use meituan_protocol::Secret;
use meituan_protocol::ticket::calls::{OrderClose, OrderCreate, OrderCreated, OrderPaid, OrderPay, OrderRefund, RefundedMessage};
use meituan_protocol::ticket::codes::{OrderCreateCode, VoucherType};
use meituan_protocol::ticket::handler::{BoxError, Ended, FunctionResult, Functions, Handler, OrderCall, Tokio};
use meituan_protocol::ticket::order::{Lifecycle, Order, Unit, UnitState};
use meituan_protocol::ticket::{self, Config, SignedRequest, Supplier, random_voucher_code};
use sqlx::PgPool;
use std::env;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

// Each is one statement, so one transaction. A function may run again after a crash, or while a slow run or another function of the order
// goes on: an order that holds tickets is not refused, a ticket is held once and released once, and an idempotency key has the codes that
// were drawn first.
const PRODUCT: &str = "SELECT price, EXISTS (SELECT FROM bookings WHERE order_id = $2) FROM products WHERE id = $1";
const HOLD: &str = "INSERT INTO bookings (order_id, product, held) VALUES ($1, $2, $3) ON CONFLICT (order_id) DO NOTHING";
const RELEASE: &str = "INSERT INTO released (order_id, ticket) SELECT $1, unnest($2::varchar[]) ORDER BY 2 ON CONFLICT DO NOTHING";
// A create that still runs holds nothing afterwards.
const END: &str = "INSERT INTO bookings SELECT $1, id, 0 FROM products WHERE id = $2 ON CONFLICT (order_id) DO UPDATE SET held = 0";
const ISSUE: &str = "INSERT INTO issues VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING codes";

const GONE: [UnitState; 2] = [UnitState::REFUNDED, UnitState::VOID];

/// Tickets that are refunded or void are for sale again, and those of a refund that is about to be agreed.
async fn release(Garden(pool): &Garden, order: &Order, refund_id: &str) -> Result<(), BoxError> {
    let is_gone = |unit: &&Unit| GONE.contains(&unit.state) || unit.refund_id.as_deref() == Some(refund_id);
    let gone: Vec<_> = order.units.iter().filter(is_gone).filter_map(|unit| unit.voucher.clone()).collect();
    sqlx::query(RELEASE).bind(order.order_id.to_string()).bind(gone).execute(pool).await?;
    if order.units.is_empty() && (order.lifecycle == Lifecycle::CLOSED || order.lifecycle == Lifecycle::VOIDED) {
        // It was never issued.
        sqlx::query(END).bind(order.order_id.to_string()).bind(order.partner_deal_id.as_deref()).execute(pool).await?;
    }
    Ok(())
}

struct Garden(PgPool);

impl Functions for Garden {
    async fn order_create(&self, call: OrderCall<OrderCreate>) -> FunctionResult<OrderCreate> {
        let OrderCreate { order_id, partner_deal_id: deal, quantity, buy_price, .. } = call.body;
        // Meituan's staff read the reason, so it says what we found, in Chinese.
        let refused = |code, reason| Ok(Ended::refused(OrderCreateCode(code), reason));
        let product = sqlx::query_as(PRODUCT).bind(&deal).bind(order_id.to_string());
        match product.fetch_optional(&self.0).await?.map(|(price, held): (i32, bool)| (i64::from(price), held)) {
            None => return refused(421, format!("产品 {deal} 不存在或已下架")),
            Some((price, held)) if held || price == buy_price.0 => {}
            Some((price, _)) => return refused(410, format!("进货单价应为 {price} 分，收到 {} 分", buy_price.0)),
        }
        let held = sqlx::query(HOLD).bind(order_id.to_string()).bind(deal).bind(i64::from(quantity)).execute(&self.0).await;
        if held.as_ref().err().and_then(|error| error.as_database_error()?.constraint()) == Some("stock_is_left") {
            return refused(420, format!("库存不足 {quantity} 张"));
        }
        held?; // the handler logs an error, and the function runs again
        Ok(Ended::done(OrderCreated { order_id: None, partner_order_id: format!("P{order_id}") }))
    }

    async fn order_pay(&self, call: OrderCall<OrderPay>) -> FunctionResult<OrderPay> {
        let drawn: Vec<String> = (0..call.order.quantity).map(|_| random_voucher_code()).collect::<Result<_, _>>()?;
        let issue = sqlx::query_scalar(ISSUE).bind(call.attempt_key).bind(call.order.order_id.to_string()).bind(drawn);
        let vouchers = Some(issue.fetch_one(&self.0).await?);
        Ok(Ended::done(OrderPaid { voucher_type: Some(VoucherType::CODE_PER_TICKET), vouchers, ..OrderPaid::default() }))
    }

    /// Agreed, always.
    async fn order_refund(&self, call: OrderCall<OrderRefund>) -> FunctionResult<OrderRefund> {
        Ok(Ended::done(release(self, &call.order, &call.body.refund_id).await?))
    }

    /// Meituan has refunded tickets by itself.
    async fn order_refunded(&self, call: OrderCall<RefundedMessage>) -> FunctionResult<RefundedMessage> {
        Ok(Ended::done(release(self, &call.order, "").await?))
    }

    /// Meituan has ended the order: what is not used is void.
    async fn order_close(&self, call: OrderCall<OrderClose>) -> FunctionResult<OrderClose> {
        Ok(Ended::done(release(self, &call.order, "").await?))
    }
}

/// The raw body: one that a JSON extractor has read is another one.
async fn answer(State(meituan): State<Handler<Orders, Garden, Tokio>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // Its sender has not proven anything yet: no body may be long, or take long.
    match timeout(Duration::from_secs(10), to_bytes(body, 1 << 20)).await {
        Ok(Ok(body)) => meituan.handle_http(Request::from_parts(parts, body)).await.map(Body::from),
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn send(agent: ureq::Agent, notice: SignedRequest) -> Result<(u16, Vec<u8>), BoxError> {
    let request = axum::http::Request::try_from(&notice)?;
    let sending = move || agent.run(request).and_then(|mut reply| Ok((reply.status().as_u16(), reply.body_mut().read_to_vec()?)));
    Ok(tokio::task::spawn_blocking(sending).await??)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let required = |name| env::var(name).map_err(|_| format!("{name} is not set"));
    let pool = PgPool::connect(&required("DATABASE_URL")?).await?;
    let secret = Secret::new(required("MEITUAN_CLIENT_SECRET")?);
    let mut config = Config::new(required("MEITUAN_PARTNER_ID")?.parse()?, required("MEITUAN_CLIENT_ID")?, secret)
        .route("/meituan/order/create", &ticket::ORDER_CREATE)
        .route("/meituan/order/pay", &ticket::ORDER_PAY)
        .route("/meituan/order/query", &ticket::ORDER_QUERY)
        .route("/meituan/order/refund", &ticket::ORDER_REFUND)
        .route("/meituan/order/close", &ticket::ORDER_CLOSE)
        .route("/meituan/order/refunded", &ticket::ORDER_REFUNDED);
    config.host = required("MEITUAN_HOST")?;
    let limits = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(20)));
    let agent = ureq::Agent::new_with_config(limits.http_status_as_error(false).build());
    let handler = Handler::builder(Supplier::new(config)?, Orders(pool.clone()), Garden(pool), Tokio);
    let meituan = handler.send(move |notice| send(agent.clone(), notice)).build();
    // Notices, and functions that a crash broke off: every process looks every second.
    let settling = meituan.clone();
    tokio::spawn(async move { settling.settle_forever(Duration::from_secs(1)).await });
    let app = Router::new().route("/meituan/{*call}", any(answer)).with_state(meituan);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", env::var("PORT").unwrap_or("3000".into()).parse()?)).await?;
    // Requests that are under way are answered first.
    let mut ending = signal(SignalKind::terminate())?;
    Ok(axum::serve(listener, app).with_graceful_shutdown(async move { ending.recv().await.unwrap_or_default() }).await?)
}
