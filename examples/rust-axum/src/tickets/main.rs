//! A ticket supplier with axum and SQLite: Meituan's calls, a gate for guests, and a slow upstream.

mod garden;
mod gate;
mod products;
mod upstream;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::{Json, Router};
use database::Database;
use garden::Garden;
use gate::Entry;
use meituan_protocol::Secret;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::handler::{BoxError, Handler, Tokio};
use meituan_protocol::ticket::{self, Config, SignedRequest, Supplier};
use std::env;
use std::sync::Arc;
use std::time::Duration;

/// Meituan's end of it. Clones are the same handler.
type Meituan = Handler<Database, Garden, Tokio>;

#[derive(Clone)]
struct App {
    meituan: Meituan,
    /// Without one nobody enters.
    gate_token: Option<Arc<str>>,
}

/// Tables beside the orders.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS tickets (attempt_key TEXT PRIMARY KEY, vouchers TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS upstream (attempt_key TEXT PRIMARY KEY, order_id TEXT NOT NULL, refund_id TEXT, due INTEGER);
";
/// Meituan's messages are small.
const MAX_BODY: usize = 1 << 20;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let database = Database::open(&env::var("DATABASE").unwrap_or("tickets.sqlite".into()), TABLES)?;
    let garden = Garden { database: database.clone() };
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(20))).http_status_as_error(false).build(),
    );
    let meituan =
        Handler::builder(supplier()?, database.clone(), garden, Tokio).send(move |notice| send(agent.clone(), notice)).build();

    let settling = meituan.clone();
    tokio::spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
    let pause = env::var("UPSTREAM_MILLISECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60_000);
    tokio::spawn(upstream::answer_forever(database, meituan.clone(), pause));

    let gate_token = env::var("GATE_TOKEN").ok().filter(|token| !token.is_empty()).map(Arc::from);
    let app = Router::new()
        .route("/meituan/{*call}", any(call))
        .route("/gate/enter", post(enter))
        .route("/office/orders/{order_id}/conflicts/{id}", post(resolve))
        .with_state(App { meituan, gate_token });
    let port: u16 = env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on port {port}");
    axum::serve(listener, app).await?;
    Ok(())
}

fn supplier() -> Result<Supplier, BoxError> {
    let required = |name| env::var(name).map_err(|_| format!("{name} is not set"));
    let secret = Secret::new(required("MEITUAN_CLIENT_SECRET")?);
    let mut config = Config::new(required("MEITUAN_PARTNER_ID")?.parse()?, required("MEITUAN_CLIENT_ID")?, secret)
        .route("/meituan/order/create", &ticket::ORDER_CREATE)
        .route("/meituan/order/pay", &ticket::ORDER_PAY)
        .route("/meituan/order/query", &ticket::ORDER_QUERY)
        .route("/meituan/order/refund", &ticket::ORDER_REFUND)
        .route("/meituan/order/close", &ticket::ORDER_CLOSE)
        .route("/meituan/order/refunded", &ticket::ORDER_REFUNDED);
    config.host = required("MEITUAN_HOST")?;
    Ok(Supplier::new(config)?)
}

/// The raw body: one that a JSON extractor has read is another string.
async fn call(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match to_bytes(body, MAX_BODY).await {
        Ok(body) => app.meituan.handle_http(Request::from_parts(parts, body)).await.map(Body::from),
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}

/// Sends a notice. The connection's certificate is checked.
async fn send(agent: ureq::Agent, notice: SignedRequest) -> Result<(u16, Vec<u8>), BoxError> {
    let request = axum::http::Request::try_from(&notice)?;
    let sending = move || {
        let mut response = agent.run(request)?;
        Ok((response.status().as_u16(), response.body_mut().read_to_vec()?))
    };
    tokio::task::spawn_blocking(sending).await?
}

/// Guests are at the gate.
async fn enter(State(app): State<App>, headers: HeaderMap, Json(entry): Json<Entry>) -> Result<Response, StatusCode> {
    app.authorize(&headers)?;
    let outcome = gate::enter(&app.meituan, entry).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(outcome).into_response())
}

/// Somebody has looked into a conflict, and says what came of it.
async fn resolve(
    State(app): State<App>,
    headers: HeaderMap,
    Path((order_id, id)): Path<(u64, String)>,
    note: String,
) -> Result<StatusCode, StatusCode> {
    app.authorize(&headers)?;
    let resolved = app.meituan.resolve_conflict(Id(order_id), &id, Some(&note)).await;
    resolved.map(|_| StatusCode::NO_CONTENT).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}

impl App {
    fn authorize(&self, headers: &HeaderMap) -> Result<(), StatusCode> {
        let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        // The library's secrets are compared in the same time whatever they are; use the like for yours.
        match (token, &self.gate_token) {
            (Some(token), Some(known)) if token == &**known => Ok(()),
            _ => Err(StatusCode::UNAUTHORIZED),
        }
    }
}
