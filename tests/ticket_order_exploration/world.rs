//! What is around the snapshot: what Meituan was sent, what it waits for, what the judge has heard.

use crate::scenes::{Happening, TIMES, milliseconds};
use crate::snapshot::Snapshot;
use meituan_protocol::ticket::Call;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

// What is around the snapshot.

/// The world outside the snapshot, as far as it decides what may happen, or what the judge will say.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) time: usize,
    /// Keys of functions that were run, and how they ended: one that has ended ends the same way for ever.
    pub(crate) functions: BTreeMap<String, Option<i32>>,
    /// Keys of the functions for which a call waits.
    pub(crate) waiting: BTreeSet<String>,
    /// A conflict was reported: the judge hears no more.
    pub(crate) reported: bool,
    /// What the judge has heard of each subject: codes in the order in which they changed, and when.
    pub(crate) heard: BTreeMap<Rc<str>, Vec<(i64, usize)>>,
}

/// One exchange of the trace. Times are ticks after the time that `time` names.
pub(crate) struct Exchange {
    pub(crate) time: usize,
    pub(crate) begin: u32,
    pub(crate) end: u32,
    pub(crate) call: &'static Call,
    pub(crate) request: Rc<str>,
    pub(crate) response: Option<String>,
}

/// A list that shares its beginning with others.
pub(crate) struct Chain<T>(Option<Rc<(T, Chain<T>)>>);

impl<T> Clone for Chain<T> {
    fn clone(&self) -> Self {
        Chain(self.0.clone())
    }
}

impl<T> Chain<T> {
    pub(crate) fn and(&self, item: T) -> Self {
        Chain(Some(Rc::new((item, self.clone()))))
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.0.as_deref().map(|(item, _)| item)
    }

    pub(crate) fn items(&self) -> Vec<&T> {
        let (mut items, mut rest) = (Vec::new(), self);
        while let Some((item, before)) = rest.0.as_deref() {
            items.push(item);
            rest = before;
        }
        items.reverse();
        items
    }
}

/// A trace in short.
pub(crate) fn listed(exchanges: &[&Exchange]) -> String {
    let short = |text: &str| text.chars().take(160).collect::<String>();
    let line = |(place, exchange): (usize, &&Exchange)| {
        let Exchange { time, begin, end, call, request, response } = exchange;
        let (request, response) = (short(request), short(response.as_deref().unwrap_or("nothing")));
        format!("\n  [{place}] {time}+{begin}–{end} {} {request} → {response}", call.name)
    };
    exchanges.iter().enumerate().map(line).collect()
}

/// A call that waits for a function.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) key: String,
    pub(crate) call: &'static Call,
    pub(crate) request: Rc<str>,
    pub(crate) about: Rc<str>,
    pub(crate) begin: u32,
}

#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) order: Rc<str>,
    /// The same, read.
    pub(crate) snapshot: Option<Rc<Snapshot>>,
    pub(crate) world: World,
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) tick: u32,
    pub(crate) trace: Chain<Exchange>,
    pub(crate) path: Chain<Rc<str>>,
}

impl Node {
    pub(crate) fn nothing() -> Self {
        let (trace, path) = (Chain(None), Chain(None));
        Node { order: "".into(), snapshot: None, world: World::default(), waiting: Vec::new(), tick: 0, trace, path }
    }

    pub(crate) fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }

    pub(crate) fn now(&self) -> i64 {
        milliseconds(TIMES[self.world.time])
    }

    /// How it came to be.
    pub(crate) fn told(&self) -> String {
        let path: String = self.path.items().iter().map(|event| format!("  {event}\n")).collect();
        format!("after\n{path}the order is {}", self.order)
    }

    /// What two nodes have in common that are one.
    pub(crate) fn key(&self) -> u128 {
        hash(&(&self.order, &self.world))
    }
}

pub(crate) fn hash(value: &impl Hash) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        (seed, value).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

/// What can be done next.
pub(crate) enum Step {
    Event(Happening),
    /// The first notice of the outbox is sent, and Meituan's answer is lost.
    NoticeLost,
    Later,
}

/// One kind of what must not be: how often it was found, and the shortest way to it.
pub(crate) struct Failure {
    pub(crate) times: u64,
    pub(crate) steps: usize,
    pub(crate) told: String,
}
