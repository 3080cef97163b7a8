//! The order service and its jobs, which are kept here between two inputs, and are numbers outside.

use super::crossing::unreadable;
use crate::Error;
use crate::ticket::service::{Job, Save, Service};
use crate::ticket::{Call, Supplier};
use std::sync::Arc;

/// The jobs of the order service between calls.
#[derive(Debug)]
pub(super) struct Services {
    /// Each with the settings that it was made of: the same settings are the same service.
    pub(super) services: Vec<(Vec<u8>, Service)>,
    pub(super) jobs: Vec<Option<Running>>,
}

/// A job that waits for an input.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) service: usize,
    pub(super) job: Job,
    /// The call that is answered.
    pub(super) answering: Option<Answering>,
    /// The call whose function runs, and its key.
    pub(super) task: Option<(&'static Call, String)>,
    /// Number of tickets of its order.
    pub(super) quantity: Option<u32>,
    /// An event as it came: what it says is checked against the order's tickets.
    pub(super) event: Vec<u8>,
    /// The snapshot that was given out last to be saved: mostly it is loaded next.
    pub(super) saved: Option<Save>,
}

/// A call that is answered, and how.
#[derive(Debug, Clone)]
pub(super) struct Answering {
    /// Its place may be another one's when the answer is there.
    pub(super) supplier: Arc<Supplier>,
    pub(super) call: &'static Call,
    pub(super) is_encrypted: bool,
    /// The request lacked the order's number.
    pub(super) left_out: bool,
}

impl Services {
    pub(super) const fn new() -> Self {
        Services { services: Vec::new(), jobs: Vec::new() }
    }

    pub(super) fn service(&self, number: usize) -> Result<&Service, Error> {
        self.services.get(number).map(|(_, service)| service).ok_or_else(unreadable)
    }

    pub(super) fn keep(&mut self, running: Running) -> u32 {
        let free = self.jobs.iter().position(Option::is_none);
        let place = free.unwrap_or_else(|| {
            self.jobs.push(None);
            self.jobs.len() - 1
        });
        if let Some(job) = self.jobs.get_mut(place) {
            *job = Some(running);
        }
        place as u32
    }
}
