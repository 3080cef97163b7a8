//! Threads and tokio instead of virtual time.

use crate::handler_support::*;
use meituan_protocol::ticket::CallBody;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::ticket::service::Service;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn on_threads_functions_and_stores_may_block_and_time_limits_hold() {
    struct Slow;
    impl Functions for Slow {
        async fn order_create(&self, _: OrderCall<OrderCreate>) -> FunctionResult<OrderCreate> {
            Ok(Ended::done(OrderCreated { partner_order_id: "P7".into(), ..OrderCreated::default() }))
        }
        async fn order_pay(&self, _: OrderCall<OrderPay>) -> FunctionResult<OrderPay> {
            std::thread::sleep(Duration::from_millis(400));
            Ok(Ended::refused(OrderPayCode::OTHER, "上游停航"))
        }
        async fn order_refund(&self, _: OrderCall<OrderRefund>) -> FunctionResult<OrderRefund> {
            Ok(Ended::pending())
        }
    }
    let threads = Threads::default();
    let service = Service { deadline: Some(Duration::from_millis(100)), ..Service::default() };
    let builder = Handler::builder(supplier(), MemoryStore::default(), Slow, threads.clone());
    let handler = builder.service(service).hooks(Heard::default()).build();
    assert_eq!(block_on(called(&handler, &threads, create())).code, Some(200));
    let began = std::time::Instant::now();
    assert_eq!(block_on(called(&handler, &threads, pay())).code, Some(598));
    assert!(began.elapsed() < Duration::from_millis(390));
    std::thread::sleep(Duration::from_millis(600));
    let order = block_on(handler.order(ORDER)).unwrap().unwrap();
    assert_eq!((order.order_status, order.notices.len()), (Some(OrderStatus::ISSUE_FAILED), 1));
}

#[cfg(all(feature = "tokio", feature = "http"))]
#[test]
fn under_tokio_whole_requests_are_answered_in_tasks() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let garden = Garden { runtime: Tokio, act: Arc::default(), runs: Runs::default() };
        let handler = Handler::builder(supplier(), MemoryStore::default(), garden, Tokio).hooks(Heard::default()).build();
        for asked in [CallBody::from(create()), pay().into()] {
            let call = meituan().call(asked, Tokio.now().wall).unwrap();
            let (own, request) = (handler.clone(), http::Request::from(&call));
            let response = tokio::spawn(async move { own.handle_http(request).await }).await.unwrap();
            let judged = meituan().read_reply(&call, response.status().as_u16(), response.body(), Some(2));
            assert!(judged.passed() && judged.code == Some(200), "{:?}", judged.findings);
        }
    });
}
