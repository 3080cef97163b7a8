//! A ride client with axum and SQLite: it orders rides, confirms the first car that is offered, and keeps what Meituan pushes.

mod order;
mod pushes;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use meituan_protocol::http::push_response;
use meituan_protocol::ride::codes::ResultCode;
use meituan_protocol::ride::{self, Client, Config, Environment, PUSH_OK, new_order_id, push_fail};
use meituan_protocol::time::Timestamp;
use meituan_protocol::{Error, ErrorCode, Secret};
use order::{Journey, Meituan};
use pushes::Books;
use serde_json::{Value, json};
use std::env;
use std::sync::Arc;
use std::time::SystemTime;

/// An error of our own, or of what we use.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

struct App {
    meituan: Meituan,
    books: Books,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let books = Books::open(&env::var("DATABASE").unwrap_or("rides.sqlite".into()))?;
    let app = Router::new()
        .route("/meituan/{*push}", any(push))
        .route("/rides", post(order))
        // Our own front end; put whatever guards your other services before these.
        .route("/rides/{id}", get(ride))
        .route("/refunds", get(refunds))
        .with_state(Arc::new(App { meituan: Meituan::new(client()?), books }));
    let port: u16 = env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on port {port}");
    axum::serve(listener, app).await?;
    Ok(())
}

fn client() -> Result<Client, BoxError> {
    let required = |name| env::var(name).map_err(|_| format!("{name} is not set"));
    let (access_key, secret_key) = (Secret::new(required("MEITUAN_ACCESS_KEY")?), Secret::new(required("MEITUAN_SECRET_KEY")?));
    let mut config = Config::new(required("MEITUAN_ENT_ID")?.parse()?, access_key, secret_key)
        .route("/meituan/capacity", &ride::CAPACITY_OFFERED)
        .route("/meituan/event", &ride::ORDER_CHANGED)
        .route("/meituan/refund", &ride::REFUNDED);
    config.environment = match env::var("MEITUAN_ENVIRONMENT").as_deref() {
        Err(_) | Ok("test") => Environment::Test,
        Ok("production") => Environment::Production,
        Ok(host) => Environment::Host(host.to_owned()),
    };
    Ok(Client::new(config)?)
}

/// Now.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(since_epoch.as_millis() as i64)
}

/// A push. What cannot be kept is refused, so that it comes again.
async fn push(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 1 << 20).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let received = app.meituan.client.receive_http(&Request::from_parts(parts, body), now());
    let answer = match received {
        Err(refusal) => refusal.answer(),
        Ok(received) => match app.books.enter(received, &app.meituan).await {
            Ok(()) => PUSH_OK.to_owned(),
            Err(error) => {
                eprintln!("a push is not kept: {error}");
                push_fail(ResultCode::SYSTEM_ERROR.0, "系统维护中，请重新推送").unwrap_or_default()
            }
        },
    };
    push_response(answer).map(Body::from)
}

/// Orders a ride. Where the outcome is not known the number comes back: order again with it, and it is still one ride.
async fn order(State(app): State<Arc<App>>, Json(journey): Json<Journey>) -> (StatusCode, Json<Value>) {
    let number = match journey.channel_partner_order_id.clone() {
        Some(number) => number,
        None => {
            let mut random = [0; 16];
            if getrandom::fill(&mut random).is_err() {
                return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({})));
            }
            new_order_id(random)
        }
    };
    match app.meituan.order(&number, &journey).await {
        Ok(id) => (StatusCode::CREATED, Json(json!({ "mtOrderId": id, "channelPartnerOrderId": number }))),
        Err(error) if is_unknown(&error) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "channelPartnerOrderId": number }))),
        Err(error) => (StatusCode::CONFLICT, Json(json!({ "error": error.to_string() }))),
    }
}

/// A time-out, a broken connection, or an answer that says: not now.
pub fn is_unknown(error: &BoxError) -> bool {
    let known = error.downcast_ref::<Error>().filter(|error| error.code == ErrorCode::RemoteRejected);
    known.is_none_or(|error| error.remote.as_ref().is_some_and(|remote| remote.retryable))
}

async fn ride(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
    app.books.events(&id).map(Json).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}

async fn refunds(State(app): State<Arc<App>>) -> Result<Json<Value>, StatusCode> {
    app.books.refunded().map(|fen| Json(json!({ "fen": fen }))).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}
