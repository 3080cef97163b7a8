//! A runtime of plain threads, for programs without an executor.

use super::Runtime;
use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::mpsc::{self, SendError, Sender};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Runs each task on a thread, so that functions and stores may block. Threads are used again.
///
/// ```
/// use meituan_protocol::ticket::handler::{Threads, block_on};
/// # use meituan_protocol::ticket::handler::Runtime;
/// let threads = Threads::default();
/// block_on(threads.sleep(std::time::Duration::from_millis(1)));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Threads(Arc<Pool>);

/// Those that have nothing to do.
#[derive(Debug, Default)]
struct Pool(Mutex<Vec<Sender<Task>>>);

type Task = Box<dyn FnOnce() + Send>;

impl Pool {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Sender<Task>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(self: &Arc<Self>, mut task: Task) {
        loop {
            let idle = self.idle().pop();
            let Some(idle) = idle else { break };
            match idle.send(task) {
                Ok(()) => return,
                Err(SendError(unsent)) => task = unsent,
            }
        }
        let pool = Arc::downgrade(self);
        thread::spawn(move || work(&pool, task));
    }
}

/// Until the pool is gone.
fn work(pool: &Weak<Pool>, mut task: Task) {
    loop {
        task();
        let (sender, tasks) = mpsc::channel();
        let Some(there) = pool.upgrade() else { return };
        there.idle().push(sender);
        drop(there);
        let Ok(next) = tasks.recv() else { return };
        task = next;
    }
}

impl Runtime for Threads {
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.run(Box::new(|| block_on(work)));
    }

    async fn sleep(&self, duration: Duration) {
        let end = Instant::now() + duration;
        let mut is_helped = false;
        poll_fn(move |context| {
            if Instant::now() >= end {
                return Poll::Ready(());
            }
            let waker = context.waker();
            if !ALARMS.with_borrow_mut(|alarms| set(alarms.as_mut(), end, waker)) && !is_helped {
                // Another executor polls this: a thread wakes it, once.
                is_helped = true;
                let waker = waker.clone();
                self.0.run(Box::new(move || {
                    thread::sleep(end.saturating_duration_since(Instant::now()));
                    waker.wake();
                }));
            }
            Poll::Pending
        })
        .await;
    }
}

/// When this thread wakes whom.
type Alarms = Vec<(Instant, Waker)>;

thread_local! {
    /// Only in [`block_on`].
    static ALARMS: RefCell<Option<Alarms>> = const { RefCell::new(None) };
}

/// Whether this thread will wake it.
fn set(alarms: Option<&mut Alarms>, end: Instant, waker: &Waker) -> bool {
    let Some(alarms) = alarms else { return false };
    if !alarms.iter().any(|(at, known)| *at == end && known.will_wake(waker)) {
        alarms.push((end, waker.clone()));
    }
    true
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut alarms = Alarms::new();
    loop {
        let outside = ALARMS.replace(Some(alarms));
        let polled = work.as_mut().poll(&mut context);
        alarms = ALARMS.replace(outside).unwrap_or_default();
        if let Poll::Ready(value) = polled {
            return value;
        }
        match alarms.iter().map(|(at, _)| *at).min() {
            Some(end) => thread::park_timeout(end.saturating_duration_since(Instant::now())),
            None => thread::park(),
        }
        let now = Instant::now();
        alarms.extract_if(.., |(at, _)| *at <= now).for_each(|(_, waker)| waker.wake());
    }
}
