//! What we ask Meituan.

use crate::{BoxError, is_unknown, now};
use meituan_protocol::Error;
use meituan_protocol::ride::codes::{IdentifyType, ReserveType, ResultCode};
use meituan_protocol::ride::requests::{QueryEstimatedPrice, QueryRealTimeOrder, SubmitOrder};
use meituan_protocol::ride::{Client, Endpoint, car_type_request_of};
use serde::Deserialize;
use std::time::Duration;

/// How often an order is submitted whose outcome is not known.
const TRIES: usize = 3;

/// Who wants to go from where to where.
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
pub struct Meituan {
    pub client: Client,
    agent: ureq::Agent,
}

impl Meituan {
    pub fn new(client: Client) -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).http_status_as_error(false);
        Meituan { client, agent: ureq::Agent::new_with_config(config.build()) }
    }

    /// Sends a request, and returns what was asked for.
    pub async fn send<E: Endpoint>(&self, message: &E) -> Result<E::Data, BoxError> {
        let sealed = self.client.request(message, now())?;
        let (agent, request) = (self.agent.clone(), axum::http::Request::try_from(&sealed)?);
        let sending = tokio::task::spawn_blocking(move || {
            let (parts, mut body) = agent.run(request)?.into_parts();
            Ok::<_, ureq::Error>(axum::http::Response::from_parts(parts, body.read_to_vec()?))
        });
        Ok(sealed.parse_http(&sending.await??)?.data)
    }

    /// Orders the cheapest car that is to be had now, under this number of ours, and returns Meituan's number.
    pub async fn order(&self, number: &str, journey: &Journey) -> Result<String, BoxError> {
        let Journey { user, mobile, from, to, .. } = journey;
        let estimates = self
            .send(&QueryEstimatedPrice {
                from_longitude: from.longitude,
                from_latitude: from.latitude,
                to_longitude: to.longitude,
                to_latitude: to.latitude,
                reserve_type: ReserveType::NOW,
                ..QueryEstimatedPrice::default()
            })
            .await?;
        let cars = estimates.estimate_prices.iter().filter_map(car_type_request_of);
        let cheapest = cars.min_by_key(|car| car.estimate_amount.0).ok_or("no car")?;
        let submit = SubmitOrder {
            channel_partner_order_id: number.to_owned(),
            identify_type: IdentifyType(30),
            user_identify_code: Some(user.clone()),
            mobile: Some(mobile.clone()),
            reserve_type: ReserveType::NOW,
            from_longitude: from.longitude,
            from_latitude: from.latitude,
            from_address: from.address.clone(),
            to_longitude: to.longitude,
            to_latitude: to.latitude,
            to_address: to.address.clone(),
            car_type_request_list: vec![cheapest],
            ..SubmitOrder::default()
        };
        let mut tries = 1;
        loop {
            match self.send(&submit).await {
                Ok(submitted) => return Ok(submitted.mt_order_id),
                // An earlier attempt has arrived, and only its answer is lost.
                Err(error) if is_repeated(&error) => return self.number_of(number).await,
                Err(error) if tries == TRIES || !is_unknown(&error) => return Err(error),
                Err(_) => tries += 1,
            }
        }
    }

    async fn number_of(&self, number: &str) -> Result<String, BoxError> {
        let query = QueryRealTimeOrder { channel_partner_order_id: Some(number.to_owned()), ..QueryRealTimeOrder::default() };
        Ok(self.send(&query).await?.mt_order_id.ok_or("the order is there, and its number is not")?)
    }
}

fn is_repeated(error: &BoxError) -> bool {
    let remote = error.downcast_ref::<Error>().and_then(|error| error.remote.as_ref());
    remote.is_some_and(|remote| remote.code == i64::from(ResultCode::REPEAT_SUBMIT_ORDER_ERROR.0))
}
