//! A handler on virtual time, Meituan's end for notices, and all that is known of both.

use crate::handler_support::*;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::ticket::order::Order;
use meituan_protocol::ticket::{CallBody, SignedRequest};
use meituan_protocol::time::Timestamp;
use std::future::pending;
use std::sync::{Arc, Mutex};

/// A handler on virtual time, Meituan's end for notices, and all that is known of both.
pub(crate) struct World<S: Store> {
    pub(crate) time: Virtual,
    pub(crate) act: Arc<Mutex<Mode>>,
    pub(crate) runs: Runs,
    pub(crate) heard: Heard,
    /// What Meituan's end answers, and what it got.
    pub(crate) answers: Arc<Mutex<i32>>,
    pub(crate) notices: Arc<Mutex<Vec<SignedRequest>>>,
    pub(crate) handler: Handler<S, Garden<Virtual>, Virtual>,
}

impl World<Arc<MemoryStore>> {
    pub(crate) fn begin() -> Self {
        World::over(Arc::new(MemoryStore::default()))
    }
}

impl<S: Store> World<S> {
    pub(crate) fn over(store: S) -> Self {
        World::with(store, Virtual::new(), Arc::new(Mutex::new(200)), Arc::default())
    }

    pub(crate) fn with(store: S, time: Virtual, answers: Arc<Mutex<i32>>, notices: Arc<Mutex<Vec<SignedRequest>>>) -> Self {
        let (act, runs, heard) = (Arc::<Mutex<Mode>>::default(), Runs::default(), Heard::default());
        let garden = Garden { runtime: time.clone(), act: act.clone(), runs: runs.clone() };
        let (sent, code) = (notices.clone(), answers.clone());
        let handler = Handler::builder(supplier(), store, garden, time.clone())
            .hooks(heard.clone())
            .send(move |request| {
                sent.lock().unwrap().push(request);
                let code = *code.lock().unwrap();
                async move {
                    match code {
                        0 => pending().await,
                        -1 => Err("the connection broke".into()),
                        502 => Ok((502, br#"{"code":200,"describe":"success","partnerId":1122}"#.to_vec())),
                        _ => Ok((200, format!(r#"{{"code":{code},"describe":"-","partnerId":1122}}"#).into_bytes())),
                    }
                }
            })
            .build();
        World { time, act, runs, heard, answers, notices, handler }
    }

    pub(crate) fn acts(&self, act: Mode) {
        *self.act.lock().unwrap() = act;
    }

    pub(crate) fn code(&self, asked: impl Into<CallBody>) -> i32 {
        let reply = self.time.run(called(&self.handler, &self.time, asked));
        assert!(reply.passed(), "{:?} {:?}", reply.findings, self.heard.lines());
        reply.code.unwrap()
    }

    /// That Meituan gets HTTP 503 without a body.
    pub(crate) fn is_unknown(&self, asked: impl Into<CallBody>) {
        let reply = self.time.run(called(&self.handler, &self.time, asked));
        assert_eq!((reply.status, reply.code), (503, None), "{:?}", self.heard.lines());
    }

    pub(crate) fn settle(&self) -> Option<Timestamp> {
        self.time.run(self.handler.settle(ORDER)).unwrap()
    }

    pub(crate) fn order(&self) -> Order {
        self.time.run(self.handler.order(ORDER)).unwrap().unwrap()
    }

    pub(crate) fn sent(&self) -> Vec<&'static str> {
        self.notices.lock().unwrap().iter().map(|request| request.call.name).collect()
    }

    pub(crate) fn runs(&self) -> Vec<String> {
        self.runs.lock().unwrap().iter().map(|(_, key)| key.clone()).collect()
    }

    pub(crate) fn handler_now(&self) -> Timestamp {
        self.time.now().wall
    }
}
