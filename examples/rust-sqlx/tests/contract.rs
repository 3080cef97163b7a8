//! Needs an empty database in PostgreSQL, named by `DATABASE_URL`.

use meituan_orders_sqlx::{Orders, SCHEMA};
use meituan_protocol::message::Id;
use meituan_protocol::testing::store_contract;
use meituan_protocol::ticket::handler::Tokio;
use sqlx::PgPool;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn the_store_keeps_its_contract_with_several_pools() {
    let address = std::env::var("DATABASE_URL").expect("DATABASE_URL names a database");
    let mut stores = Vec::new();
    for _ in 0..3 {
        stores.push(Arc::new(Orders(PgPool::connect(&address).await.unwrap())));
    }
    sqlx::raw_sql(SCHEMA).execute(&stores[0].0).await.unwrap();
    let checked = store_contract(&stores, Id(900_000_000_000_000_001), &Tokio).await;
    checked.unwrap_or_else(|broken| panic!("{broken}"));
}
