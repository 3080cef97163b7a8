//! A ride client with axum and SQLite: it orders rides, confirms the first car that is offered, and keeps what Meituan pushes.

mod journey;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use database::Database;
use journey::{Journey, Line};
use meituan_protocol::Secret;
use meituan_protocol::ride::handler::{BoxError, Handler, Tokio};
use meituan_protocol::ride::order::RideTransitionKind;
use meituan_protocol::ride::{self, Client, Config, Environment, Push, new_order_id};
use serde_json::{Value, json};
use std::env;
use std::time::Duration;

/// Our rides. Clones are the same handler.
type Rides = Handler<Database, Tokio>;

#[derive(Clone)]
struct App {
    rides: Rides,
    line: Line,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let database = Database::open(&env::var("DATABASE").unwrap_or("rides.sqlite".into()), "")?;
    let line = Line::open();
    let sending = line.clone();
    // Pushes may be lost, doubled and reordered, and are not signed: each is a fact of its order, and what only a query can show
    // is queried. Paying is another program's affair: `.pay(…)` would do it here.
    let rides = Handler::builder(client()?, database, Tokio, move |call| sending.clone().send(call))
        .choose_driver(|choice| async move { Ok(choice.driver_ids.into_iter().next()) })
        .on_push(|push| async move {
            if let (Push::Refunded(_), Some(recorded)) = (push.received.push, push.recorded)
                && recorded.kind == RideTransitionKind::Moved
            {
                println!("refunded: {} fen in all", recorded.standing.refunded.0);
            }
            Ok(())
        })
        .build();
    let settling = rides.clone();
    tokio::spawn(async move { settling.settle_forever(Duration::from_millis(500)).await });
    let app = Router::new()
        .route("/meituan/{*push}", any(push))
        .route("/rides", post(order))
        // Our own front end; put whatever guards your other services before these.
        .route("/rides/{id}", get(ride))
        .with_state(App { rides, line });
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

/// A push. One that cannot be stored is refused, so that it comes again.
async fn push(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match to_bytes(body, 1 << 20).await {
        Ok(body) => app.rides.handle_http(Request::from_parts(parts, body)).await.map(Body::from),
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}

/// Orders a ride. Where the outcome is not known the number comes back: order again with it, and it is still one ride.
async fn order(State(app): State<App>, Json(journey): Json<Journey>) -> (StatusCode, Json<Value>) {
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
    match journey::order(&app.rides, &app.line, &number, journey).await {
        Ok(Some(id)) => (StatusCode::CREATED, Json(json!({ "mtOrderId": id, "channelPartnerOrderId": number }))),
        Ok(None) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "channelPartnerOrderId": number }))),
        Err(error) => {
            eprintln!("{number} is not ordered: {error}");
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "channelPartnerOrderId": number })))
        }
    }
}

/// A ride as it is known.
async fn ride(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
    let standing = app.rides.standing(&id).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(json!({ "mtOrderId": id, "orderStatus": standing.status.0, "refunded": standing.refunded.0 })))
}
