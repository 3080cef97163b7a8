//! Meituan's acceptance of a supplier (验收): the demands of the acceptance manual as a table, recorded exchanges in one format,
//! and a checker of the one over the other. The acceptance manual (验收手册) is 《API 直连—供应商开发美团流程》.
//!
//! - [`POINTS`]: every demand of the acceptance manual, with its stable id, its section and its sentence.
//! - [`Trace`]: exchanges as they were recorded. [`redacted`] removes personal data from a body.
//! - [`check`]: the verdict on every point, with what was found where.
//! - [`check_port`]: which ports may be used. The mail that announces another address is [`change_mail`](super::change_mail).
//!
//! The checker replays each order with just enough memory to judge what is said later: how many tickets were ordered,
//! whether 598 was answered, which codes were reported. It never counts silence as success: a point that no exchange shows is
//! `notExercised`, and one that cannot be judged by what was recorded is `unchecked`.
//!
//! ```
//! use meituan_protocol::ticket::acceptance::{Strictness, Verdict, check_json};
//!
//! let trace = br#"{"version":2,"exchanges":[{"at":1480000000000,"durationMs":90,"direction":"toSupplier","call":"orderCreate",
//!     "request":{"partnerId":1122,"body":{"orderId":1,"partnerDealId":"12113","mtDealId":1,"buyPrice":1,"unitPrice":1,
//!         "totalPrice":1,"quantity":1}},
//!     "response":{"partnerId":1122,"code":421,"describe":""}}]}"#;
//! let report = check_json(trace, Strictness::Documented)?;
//! assert_eq!(report.point("create.true-reason").unwrap().verdict, Verdict::Failed);
//! assert_eq!(report.point("create.time").unwrap().verdict, Verdict::Passed);
//! assert_eq!(report.point("pay.issuing").unwrap().verdict, Verdict::NotExercised);
//! # Ok::<(), meituan_protocol::Error>(())
//! ```

// The files, by subject:
// - `points` is the table of demands, `trace` the format of recordings, `check` the walk over one, `report` the result.
// - `exchange` judges one exchange by itself. `order` is what later ones are judged by, with `issuing`, `query`,
//   `consumption`, `entries`, `refund`, `promise` and `codes`.
// - `endpoint` has the ports, `details` the Chinese of what is found.

mod check;
mod codes;
mod consumption;
#[cfg(feature = "texts")]
#[doc(hidden)]
pub mod details;
mod endpoint;
mod entries;
mod exchange;
mod issuing;
mod order;
mod points;
mod promise;
mod query;
mod refund;
mod report;
mod trace;

pub use check::{check, check_json};
pub use endpoint::*;
pub(in crate::ticket) use points::change_notice;
pub use points::{POINTS, Point};
pub use report::*;
pub use trace::*;
