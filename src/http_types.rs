//! The `http` crate's types at both APIs' doors (feature `http`): whole requests in, whole requests and responses out, as
//! axum, hyper, reqwest and others carry them.
//!
//! ```
//! use meituan_protocol::ticket::{self, Config, Reply, Supplier, calls::OrderCreated};
//! use meituan_protocol::{Secret, time::Timestamp};
//! # use meituan_protocol::{ba, time::http_date};
//!
//! let config = Config::new(1122, "client", Secret::new("not a real secret")).route("/mt/order/create", &ticket::ORDER_CREATE);
//! let supplier = Supplier::new(config)?;
//! # let now = Timestamp(1_480_000_000_000);
//! # let date = http_date(now);
//! # let signature = ba::sign(&ba::Key::new(&Secret::new("not a real secret")), "POST", "/mt/order/create", &date);
//! # let request = http::Request::post("https://supplier.example/mt/order/create")
//! #     .header("PartnerId", "1122").header("Date", date).header("Authorization", ba::authorization("client", &signature))
//! #     .body(br#"{"partnerId":1122,"body":{"orderId":1453361297221,"partnerDealId":"12113","mtDealId":111111,
//! #     "buyPrice":1080.00,"unitPrice":1199.00,"totalPrice":2398.00,"quantity":2,"travelDate":"2016-11-30"}}"#.to_vec())?;
//!
//! // Whatever comes, there is something to answer.
//! let response: http::Response<Vec<u8>> = match supplier.receive_http(&request, now) {
//!     Ok(call) => {
//!         let created = OrderCreated { order_id: None, partner_order_id: "P1".into() };
//!         supplier.reply(&call, &Reply::ok(created))?.into()
//!     }
//!     Err(refusal) => supplier.answer_refusal(&refusal).into(),
//! };
//! assert_eq!(response.status(), 200);
//! # assert!(response.body().starts_with(br#"{"partnerId":1122,"code":200"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::time::Timestamp;
use crate::{Error, ErrorCode, ride, ticket};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use std::borrow::Cow;

impl ticket::Supplier {
    /// [`Supplier::receive`](ticket::Supplier::receive) of a whole request, its body as it came.
    ///
    /// # Errors
    /// As there; `MALFORMED_HEADER` for a header that is not ASCII.
    pub fn receive_http(
        &self,
        request: &Request<impl AsRef<[u8]>>,
        now: Timestamp,
    ) -> Result<ticket::ReceivedCall, ticket::Refusal> {
        let uri = path_and_query(request.uri());
        let headers = ["partnerid", "date", "authorization", "x-encryption-status"].map(|name| value(request.headers(), name));
        let [partner_id, date, authorization, encryption_status] =
            headers.each_ref().map(|header| header.as_deref().unwrap_or_default());
        let method = request.method().as_str();
        let parts = ticket::Parts { method, uri, signed_uri: None, partner_id, date, authorization, encryption_status };
        match headers.iter().find_map(|header| header.as_ref().err()) {
            Some(malformed) => Err(parts.refusal(malformed.clone(), self.route(uri))),
            None => self.receive(&parts, request.body().as_ref(), now),
        }
    }
}

impl ride::Client {
    /// [`Client::receive`](ride::Client::receive) of a whole push, its body as it came.
    ///
    /// # Errors
    /// As there.
    pub fn receive_http(&self, push: &Request<impl AsRef<[u8]>>, now: Timestamp) -> Result<ride::ReceivedPush, ride::Refusal> {
        self.receive(path_and_query(push.uri()), push.body().as_ref(), now)
    }
}

/// The response to a push: [`PUSH_OK`](ride::PUSH_OK), what [`push_fail`](ride::push_fail) made, or a refusal's answer.
pub fn push_response(answer: impl Into<String>) -> Response<Vec<u8>> {
    let mut response = Response::new(answer.into().into_bytes());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

impl From<ticket::HttpReply> for Response<Vec<u8>> {
    fn from(reply: ticket::HttpReply) -> Self {
        let mut response = Response::new(reply.body);
        // The library has two: 200 and 503.
        *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or_default();
        for (name, value) in reply.headers {
            // All that the library writes are headers.
            if let (Ok(name), Ok(value)) = (name.parse::<http::HeaderName>(), HeaderValue::from_str(&value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl<E> TryFrom<&ticket::SignedRequest<E>> for Request<Vec<u8>> {
    type Error = Error;

    /// `INVALID_CONFIG` where host or client id make no URL or header.
    fn try_from(request: &ticket::SignedRequest<E>) -> Result<Self, Error> {
        let headers = request.headers.iter().map(|(name, value)| (*name, value.as_str()));
        post(&request.url, headers, request.body.clone())
    }
}

impl<E> TryFrom<&ride::SealedRequest<E>> for Request<Vec<u8>> {
    type Error = Error;

    /// `INVALID_CONFIG` where the host makes no URL.
    fn try_from(request: &ride::SealedRequest<E>) -> Result<Self, Error> {
        post(&request.url, request.headers, request.body.clone().into_bytes())
    }
}

impl TryFrom<&ride::Encoded> for Request<Vec<u8>> {
    type Error = Error;

    /// `INVALID_CONFIG` where the host makes no URL.
    fn try_from(request: &ride::Encoded) -> Result<Self, Error> {
        post(&request.url, ride::HEADERS, request.body.clone().into_bytes())
    }
}

impl<E> ticket::SignedRequest<E> {
    /// [`SignedRequest::parse`](ticket::SignedRequest::parse) of a whole response.
    ///
    /// # Errors
    /// As there.
    pub fn parse_http(&self, response: &Response<impl AsRef<[u8]>>) -> Result<ticket::NoticeReply, Error> {
        self.parse(response.status().as_u16(), response.body().as_ref())
    }
}

impl<E: ride::RideRequest> ride::SealedRequest<E> {
    /// [`SealedRequest::parse`](ride::SealedRequest::parse) of a whole response. An error about a call that Meituan did not accept
    /// has the response's header `M-TraceId`.
    ///
    /// # Errors
    /// As there.
    pub fn parse_http(&self, response: &Response<impl AsRef<[u8]>>) -> Result<ride::RideReply<E::Data>, Error> {
        let trace_id = || value(response.headers(), "m-traceid").unwrap_or_default();
        self.parse(response.status().as_u16(), response.body().as_ref()).map_err(|error| error.traced(&trace_id()))
    }
}

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path_and_query| path_and_query.as_str())
}

/// A header, empty where there is none. Repeated ones are joined as HTTP says: callers that accept no lists refuse them.
fn value<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<Cow<'h, str>, Error> {
    let mut joined = Cow::Borrowed("");
    for (index, value) in headers.get_all(name).iter().enumerate() {
        let text = value.to_str().map_err(|error| {
            let path = ["headers.", name].concat();
            Error::at(ErrorCode::MalformedHeader, &path).detail("expected visible ASCII characters").caused_by(error)
        })?;
        joined = if index == 0 { Cow::Borrowed(text) } else { Cow::Owned([&*joined, ", ", text].concat()) };
    }
    Ok(joined)
}

fn post<'h>(url: &str, headers: impl IntoIterator<Item = (&'h str, &'h str)>, body: Vec<u8>) -> Result<Request<Vec<u8>>, Error> {
    let request = headers.into_iter().fold(Request::post(url), |request, (name, value)| request.header(name, value));
    let mut request = request.body(body).map_err(|error| Error::at(ErrorCode::InvalidConfig, "host").caused_by(error))?;
    // It proves who calls: `Debug` does not show it.
    if let Some(authorization) = request.headers_mut().get_mut(AUTHORIZATION) {
        authorization.set_sensitive(true);
    }
    Ok(request)
}
