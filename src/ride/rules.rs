//! The rules between the fields of a ride message.
//!
//! A rule that Meituan documents refuses the message; one that we concluded reports it, or refuses it too where the
//! [configuration](super::Config::strict_inferred) says so for what is sent.

use super::codes::{CancelStep, IdentifyType, ReserveType, ResultCode, RideStatus};
use crate::message::View;
use crate::message::definition::{Facts, RuleVerdict};

crate::rules! {
    /// carTypeIds 为逗号分隔的数字（文档 1.3：多个运力类型用","分割；不得有其他内容为推断） · carTypeIds is numbers separated by commas (ride spec 1.3:
    /// 多个运力类型用","分割; that nothing else is allowed is inferred).
    NEARBY_LIST "nearby.car-type-list" at "carTypeIds", Inferred, |view, _| number_list(view, "carTypeIds");
    /// 预约单的预估带 departureTime（推断：submitOrder 要求 reserveTime） ·
    /// A reservation's estimate has its departureTime (inferred from submitOrder, which demands reserveTime).
    ESTIMATE_DEPARTURE "estimate.departure-time" at "departureTime", Inferred, |view, _| reserved_has(view, "departureTime");
    /// departureTime 不早于现在，也不超过一年（推断：否则单位不是毫秒） ·
    /// departureTime is not past, nor more than a year ahead (inferred: what is, has another unit than milliseconds).
    ESTIMATE_DEPARTURE_AHEAD "estimate.departure-time-ahead" at "departureTime", Inferred, |view, _| ahead(view, "departureTime");
    /// partnerCarTypeIdList 为逗号分隔的数字（文档 2.3：以','分隔；不得有其他内容为推断） · partnerCarTypeIdList is numbers separated by commas (ride spec
    /// 2.3: 以','分隔; that nothing else is allowed is inferred).
    ESTIMATE_LIST "estimate.car-type-list" at "partnerCarTypeIdList", Inferred, |view, _| number_list(view, "partnerCarTypeIdList");
    /// 预约单带 reserveTime（文档 3.3：若为预约单需要有此时间） ·
    /// A reservation has its reserveTime (ride spec 3.3: 若为预约单需要有此时间).
    SUBMIT_RESERVE_TIME "submit.reserve-time" at "reserveTime", Documented, |view, _| reserved_has(view, "reserveTime");
    /// reserveTime 不早于现在，也不超过一年（推断：否则单位不是毫秒） ·
    /// reserveTime is not past, nor more than a year ahead (inferred: what is, has another unit than milliseconds).
    SUBMIT_RESERVE_AHEAD "submit.reserve-time-ahead" at "reserveTime", Inferred, |view, _| ahead(view, "reserveTime");
    /// identifyType 为 50 时带 mobile，其他带 userIdentifyCode（推断：文档的说明写在了别的字段旁） · identifyType 50 comes with mobile, any other with
    /// userIdentifyCode (inferred: the spec's sentence about it is beside the wrong field).
    SUBMIT_PASSENGER "submit.passenger" at "identifyType", Inferred, submit_passenger;
    /// 下单至少要一种车型（推断自示例） · An order asks for at least one car type (inferred from the example).
    SUBMIT_SOME_CAR "submit.some-car-type" at "carTypeRequestList", Inferred, submit_some_car;
    /// 取消时给出原因（推断自示例；询问费用时是否需要不明） ·
    /// To cancel, a reason is given (inferred from the example; for asking the fee it is not known).
    CANCEL_REASON "cancel.reason" at "cancelCode", Inferred, cancel_reason;
    /// 两个订单号都发送（推断自示例） · Both order numbers are sent (inferred from the example).
    CANCEL_BOTH_IDS "cancel.both-ids" at "", Inferred, both_ids;
    /// 至少给出一个订单号（文档 7.3：没有其他字段能指明订单） ·
    /// The order is named by at least one of its numbers (ride spec 7.3: no other field could name it).
    QUERY_SOME_ID "query.some-id" at "", Documented, some_id;
    /// 两个订单号都发送（推断自示例；只发一个是否可行不明） ·
    /// Both order numbers are sent (inferred from the example; whether one suffices is not known).
    QUERY_BOTH_IDS "query.both-ids" at "", Inferred, both_ids;
    /// 支付金额不为负（文档 8.3：取订单的应付尾款字段） · The amount paid is not negative (ride spec 8.3: 取订单的应付尾款字段).
    PAID_AMOUNT "paid.amount" at "price", Documented, |view, _| verdict(view.integer("price").is_none_or(|price| price >= 0));
    /// 司机位置在地球上：纬度不超过 90 度，经度不超过 180 度（推断） ·
    /// A driver's position is on earth: latitude within 90, longitude within 180 degrees (inferred).
    NEARBY_POSITION "nearby.position" at "", Inferred, |view, _| on_earth(view, "longitude", "latitude");
    /// 车头方向为 0 至 360 度（不含）（文档 1.4）。否则原样保留：文档自己的示例中 -1 表示未知，为推断 · A heading is from 0 to below 360 degrees (ride spec 1.4). Another
    /// value is kept: -1, in the spec's own example, means a heading that is not known (inferred).
    NEARBY_DIRECTION "nearby.direction" at "direction", Inferred, nearby_direction;
    /// 预估项没有自己的 estimatePrice（文档 2.4；2.5 的示例中有，予以保留。它就是下单的 estimateAmount，为推断） ·
    /// An estimate has no estimatePrice of its own (ride spec 2.4; the example in 2.5 has one, and it is kept. That it is the
    /// estimateAmount of the order is inferred).
    ESTIMATE_ITEM_PRICE "estimate.item-price" at "estimatePrice", Inferred, |view, _| verdict(!view.has("estimatePrice"));
    /// estimateTime 单位为秒（文档 2.4），故不超过一天（推断）。更大的值（如文档示例）只能是毫秒；原样保留 · estimateTime is in seconds (ride spec 2.4), hence no more than
    /// a day (inferred). A larger value, as in the spec's example, can only be milliseconds; it is left as sent.
    ESTIMATE_TIME_UNIT "estimate.time-unit" at "estimateTime", Inferred, estimate_time_unit;
    /// 事件至少用一个订单号指明订单（推断：没有找到描述该推送的页面） ·
    /// An event names its order by one of the order's numbers (inferred: the page that describes the push was not found).
    EVENT_ORDER "event.some-order" at "mtOrderId", Inferred, event_order;
    /// 推送的司机位置在地球上（推断）。文档自己的示例把经纬度写反了 ·
    /// An offered driver's position is on earth (inferred). The spec's own example has latitude and longitude exchanged.
    OFFER_POSITION "offer.position" at "", Inferred, |view, _| on_earth(view, "lng", "lat");
    /// 订单中的司机位置在地球上（推断） · The position of an order's driver is on earth (inferred).
    DETAIL_POSITION "detail.position" at "", Inferred, |view, _| on_earth(view, "lng", "lat");
    /// code 为 0 时带有所请求的内容（文档中返回数据的接口的业务响应） ·
    /// Code 0 comes with the requested result (ride spec, 业务响应 of the interfaces that return data).
    REPLY_COMPLETE "reply.complete-at-0" at "data", Documented, reply_complete;
    /// 状态 3 至 8 带 driverInfo（文档 7.4，其中“30~100”是相邻接口的编号；推断） ·
    /// States 3 to 8 come with driverInfo (ride spec 7.4, whose "30~100" is a neighbouring API's numbering; inferred).
    DETAIL_DRIVER "detail.driver" at "driverInfo", Inferred, detail_driver;
}

fn verdict(kept: bool) -> RuleVerdict {
    if kept { RuleVerdict::Kept } else { RuleVerdict::Broken }
}

fn is(view: &View<'_>, field: &str, code: impl Into<i32>) -> bool {
    view.integer(field) == Some(i64::from(code.into()))
}

fn has_text(view: &View<'_>, field: &str) -> bool {
    view.string(field).is_some_and(|text| !text.is_empty())
}

fn number_list(view: &View<'_>, field: &str) -> RuleVerdict {
    let is_number = |item: &str| !item.is_empty() && item.bytes().all(|byte| byte.is_ascii_digit());
    verdict(view.string(field).is_none_or(|list| list.split(',').all(is_number)))
}

fn reserved_has(view: &View<'_>, time: &str) -> RuleVerdict {
    verdict(!is(view, "reserveType", ReserveType::RESERVED) || view.has(time))
}

/// By the message's own `ts`, which is in seconds or in milliseconds.
fn ahead(view: &View<'_>, time: &str) -> RuleVerdict {
    const MINUTE: i64 = 60_000;
    const YEAR: i64 = 366 * 24 * 60 * MINUTE;
    let (Some(time), Some(ts)) = (view.integer(time), view.integer("ts")) else { return RuleVerdict::Kept };
    let now = milliseconds(ts);
    verdict((now - MINUTE..=now.saturating_add(YEAR)).contains(&time))
}

/// A `ts`: ten digits are seconds, thirteen are milliseconds.
pub(super) fn milliseconds(ts: i64) -> i64 {
    if ts.unsigned_abs() < 100_000_000_000 { ts * 1000 } else { ts }
}

fn submit_passenger(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(has_text(view, if is(view, "identifyType", IdentifyType::MOBILE) { "mobile" } else { "userIdentifyCode" }))
}

fn submit_some_car(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(view.count("carTypeRequestList") != Some(0))
}

fn cancel_reason(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(!is(view, "type", CancelStep::CONFIRM) || view.has("cancelCode"))
}

fn some_id(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(has_text(view, "mtOrderId") || has_text(view, "channelPartnerOrderId"))
}

fn both_ids(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(has_text(view, "mtOrderId") && has_text(view, "channelPartnerOrderId"))
}

fn nearby_direction(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let degrees = view.string("direction").and_then(|text| crate::message::approximate_number(&text));
    verdict(degrees.is_none_or(|degrees| (0.0..360.0).contains(&degrees)))
}

fn estimate_time_unit(view: &View<'_>, _: &Facts) -> RuleVerdict {
    const DAY: i64 = 86_400;
    verdict(view.integer("estimateTime").is_none_or(|seconds| seconds <= DAY))
}

fn event_order(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(has_text(view, "mtOrderId") || has_text(view, "channelPartnerOrderId") || has_text(view, "sqtBizOrderId"))
}

fn on_earth(view: &View<'_>, longitude: &str, latitude: &str) -> RuleVerdict {
    let within = |field: &str, most: f64| {
        let degrees = view.string(field).filter(|text| !text.is_empty());
        degrees.is_none_or(|text| crate::message::approximate_number(&text).is_some_and(|value| value.abs() <= most))
    };
    verdict(within(longitude, 180.0) && within(latitude, 90.0))
}

fn reply_complete(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(!is(view, "code", ResultCode::SUCCESS) || view.has("data"))
}

fn detail_driver(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let taken = i64::from(RideStatus::CONFIRMED.0)..=i64::from(RideStatus::COMPLETED.0);
    verdict(view.has("driverInfo") || !view.integer("orderStatus").is_some_and(|status| taken.contains(&status)))
}
