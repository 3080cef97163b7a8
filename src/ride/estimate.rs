//! From an estimate to the car that is ordered with it.

use super::replies::Estimate;
use super::requests::CarTypeRequest;
use serde_json::{Map, Value};

/// The source of a field of a [`CarTypeRequest`].
#[derive(Debug, Clone, Copy)]
pub struct CarTypeRequestSource {
    /// The field of the request.
    pub field: &'static str,
    /// The fields of the estimate: the first that is there.
    pub from: &'static [&'static str],
}

macro_rules! sources {
    ($($field:literal: $($from:literal),+;)*) => {
        /// The source of each field of a [`CarTypeRequest`]. Inferred from the two field tables (ride spec 2.4 and 3.3), whose
        /// words are alike: originFee is the price before discounts, estimateAmount the one after. The spec's example of
        /// an estimate has one more price, `estimatePrice`, which its table does not have: it replaces a missing one of the two.
        pub static CAR_TYPE_REQUEST_SOURCES: &[CarTypeRequestSource] =
            &[$(CarTypeRequestSource { field: $field, from: &[$($from),+] },)*];
    };
}

sources! {
    "estimateId": "estimateId";
    "estimateAmount": "estimateUserPayableBalancePrice", "estimatePrice";
    "carTypeId": "carTypeId";
    "partnerId": "partnerId";
    "partnerCarTypeId": "partnerCarTypeId";
    "originFee": "estimateUserPayableTotalPrice", "estimatePrice";
}

/// Returns what to order the car of an estimate with (inferred: see [`CAR_TYPE_REQUEST_SOURCES`]), and nothing where the
/// estimate lacks what an order needs. Order within 10 minutes of the estimate.
pub fn car_type_request_of(estimate: &Estimate) -> Option<CarTypeRequest> {
    // By serde, which has the fields of both types by their names; nothing of it is sent or stored.
    let Ok(Value::Object(estimate)) = serde_json::to_value(estimate) else { return None };
    let value_of = |source: &CarTypeRequestSource| {
        let value = source.from.iter().filter_map(|name| estimate.get(*name)).find(|value| !value.is_null())?;
        Some((source.field.to_owned(), value.clone()))
    };
    let request: Map<String, Value> = CAR_TYPE_REQUEST_SOURCES.iter().filter_map(value_of).collect();
    serde_json::from_value(Value::Object(request)).ok()
}
