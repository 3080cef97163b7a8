//! One value from one task to another, and waiting for it no longer than a time limit.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Makes both ends.
pub(crate) fn oneshot<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Mutex::new(Shared { value: None, waker: None, is_closed: false }));
    (Sender(shared.clone()), Receiver(shared))
}

struct Shared<T> {
    value: Option<T>,
    waker: Option<Waker>,
    /// One of the ends is gone.
    is_closed: bool,
}

fn lock<T>(shared: &Mutex<Shared<T>>) -> MutexGuard<'_, Shared<T>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) struct Sender<T>(Arc<Mutex<Shared<T>>>);

impl<T> Sender<T> {
    /// Gives it back where nobody waits any more.
    pub(crate) fn send(self, value: T) -> Result<(), T> {
        let mut shared = lock(&self.0);
        if shared.is_closed {
            return Err(value);
        }
        shared.value = Some(value);
        Ok(())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let waker = {
            let mut shared = lock(&self.0);
            shared.is_closed = true;
            shared.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A future of the value; of `None` where the sender is gone without one, such as by a panic.
pub(crate) struct Receiver<T>(Arc<Mutex<Shared<T>>>);

impl<T> Receiver<T> {
    /// Waits no longer. The value, if it has come: another one will not be sent.
    pub(crate) fn close(self) -> Option<T> {
        let mut shared = lock(&self.0);
        shared.is_closed = true;
        shared.value.take()
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        lock(&self.0).is_closed = true;
    }
}

impl<T> Future for Receiver<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut shared = lock(&self.0);
        match shared.value.take() {
            Some(value) => Poll::Ready(Some(value)),
            None if shared.is_closed => Poll::Ready(None),
            None => {
                shared.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// The awaited value, or `None` where the limit was first.
pub(crate) async fn within<T>(limit: impl Future<Output = ()>, work: &mut (impl Future<Output = T> + Unpin)) -> Option<T> {
    let mut limit = pin!(limit);
    std::future::poll_fn(|context| match Pin::new(&mut *work).poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}
