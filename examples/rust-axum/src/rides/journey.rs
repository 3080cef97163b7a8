//! A passenger's journey, and how it is ordered.

use crate::{BoxError, Rides};
use meituan_protocol::ride::codes::{IdentifyType, ReserveType, ResultCode};
use meituan_protocol::ride::handler::Called;
use meituan_protocol::ride::requests::{QueryEstimatedPrice, SubmitOrder};
use meituan_protocol::ride::{Encoded, RideRequest, car_type_request_of};
use meituan_protocol::time::Timestamp;
use serde::Deserialize;
use std::time::{Duration, SystemTime};

/// How often an order is submitted whose outcome is not known.
const TRIES: usize = 3;

/// The passenger, and the journey's places.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Journey {
    /// The number of an order whose outcome is not known.
    pub channel_partner_order_id: Option<String>,
    user: String,
    mobile: String,
    from: Place,
    to: Place,
}

#[derive(Deserialize)]
struct Place {
    longitude: f64,
    latitude: f64,
    address: String,
}

/// Meituan, over HTTP.
#[derive(Clone)]
pub struct Line(ureq::Agent);

impl Line {
    pub fn open() -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).http_status_as_error(false);
        Line(ureq::Agent::new_with_config(config.build()))
    }

    /// Sends a call, and returns HTTP status and body of the response.
    pub async fn send(self, call: Encoded) -> Result<(u16, Vec<u8>), BoxError> {
        let request = axum::http::Request::try_from(&call)?;
        let sending = move || {
            let mut response = self.0.run(request)?;
            Ok((response.status().as_u16(), response.body_mut().read_to_vec()?))
        };
        tokio::task::spawn_blocking(sending).await?
    }

    /// A call that is about no order.
    async fn ask<E: RideRequest>(&self, rides: &Rides, message: &E) -> Result<E::Data, BoxError> {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let request = rides.client().request(message, Timestamp(since_epoch.as_millis() as i64))?;
        let encoded = Encoded { url: request.url.clone(), body: request.body.clone() };
        let (status, body) = self.clone().send(encoded).await?;
        Ok(request.parse(status, &body)?.data)
    }
}

/// Orders the cheapest car that is to be had now, under this number of ours, and returns Meituan's number; `None` where the outcome
/// is not known: order again with the same number, and it is still one ride.
pub async fn order(rides: &Rides, line: &Line, number: &str, journey: Journey) -> Result<Option<String>, BoxError> {
    let known = || async { Ok::<_, BoxError>(rides.order(number).await?.and_then(|order| order.mt_order_id)) };
    if let Some(id) = known().await? {
        return Ok(Some(id));
    }
    let Journey { user, mobile, from, to, .. } = journey;
    let asked = QueryEstimatedPrice {
        from_longitude: from.longitude,
        from_latitude: from.latitude,
        to_longitude: to.longitude,
        to_latitude: to.latitude,
        reserve_type: ReserveType::NOW,
        ..QueryEstimatedPrice::default()
    };
    let estimates = line.ask(rides, &asked).await?;
    let cars = estimates.estimate_prices.iter().filter_map(car_type_request_of);
    let cheapest = cars.min_by_key(|car| car.estimate_amount.0).ok_or("no car")?;
    let submit = SubmitOrder {
        channel_partner_order_id: number.to_owned(),
        identify_type: IdentifyType(30),
        user_identify_code: Some(user),
        mobile: Some(mobile),
        reserve_type: ReserveType::NOW,
        from_longitude: from.longitude,
        from_latitude: from.latitude,
        from_address: from.address,
        to_longitude: to.longitude,
        to_latitude: to.latitude,
        to_address: to.address,
        car_type_request_list: vec![cheapest],
        ..SubmitOrder::default()
    };
    for _ in 0..TRIES {
        match rides.call(submit.clone()).await? {
            Called::Answered { reply, .. } => return Ok(Some(reply.data.mt_order_id)),
            Called::Refused { error, .. } => {
                let remote = error.remote.as_deref();
                let is_repeated = remote.is_some_and(|remote| remote.code == i64::from(ResultCode::REPEAT_SUBMIT_ORDER_ERROR.0));
                if is_repeated {
                    // An earlier attempt has arrived, and only its answer is lost: it is queried.
                    rides.settle(number).await?;
                } else if !remote.is_some_and(|remote| remote.retryable) {
                    return Err(error.into());
                }
            }
            // Whether it took effect is not known, or Meituan's limits have no place for it.
            _ => {}
        }
        if let Some(id) = known().await? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}
