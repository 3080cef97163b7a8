//! The numbers of the ride API: the tables of the spec's appendix (附录), and the values of integer fields.
//!
//! The Chinese is the spec's; the English is ours. The spec's lists have gaps and contradict each other in places,
//! so none of them counts as complete: a number that is not listed is kept in what is received, and reported in what is
//! sent (or refused, where the [configuration](super::Config::strict_inferred) says so).

/// Numbers that also have a name on Meituan's side.
macro_rules! named_codes {
    ($(
        $(#[doc = $doc:expr])*
        $type:ident { $( $value:literal = $name:ident, $zh:literal, $en:literal; )* }
    )*) => {$(
        crate::enumerations! {
            $(#[doc = $doc])*
            $type open { $( $value = $name, concat!($zh, " · ", $en); )* }
        }

        impl $type {
            /// Meituan's names of the documented values.
            pub const NAMES: &'static [(i32, &'static str)] = &[$( ($value, stringify!($name)) ),*];

            /// Meituan's name of the value, where it is documented.
            pub fn name(self) -> Option<&'static str> {
                Self::NAMES.iter().find(|(value, _)| *value == self.0).map(|(_, name)| *name)
            }

            /// The value that Meituan calls so.
            pub fn named(name: &str) -> Option<Self> {
                Self::NAMES.iter().find(|(_, known)| *known == name).map(|(value, _)| $type(*value))
            }

            /// The meaning of the value in Meituan's spec.
            #[cfg(feature = "texts")]
            pub fn meaning(self) -> Option<crate::Text> {
                match self.0 {
                    $( $value => Some(crate::Text { zh: $zh, en: $en }), )*
                    _ => None,
                }
            }
        }
    )*};
}

named_codes! {
    /// The outcome of a call (附录 错误状态码). 0 is the only success.
    ResultCode {
        -1 = UNKNOWN, "未知错误", "unknown error";
        0 = SUCCESS, "成功", "success";
        1 = PARAM_ERROR, "参数错误", "a parameter is wrong";
        2 = SYSTEM_ERROR, "服务异常", "the service failed";
        3 = REPEAT_SUBMIT_ORDER_ERROR, "重复下单", "the order was submitted before";
        4 = ENT_ACCOUNT_BALANCE_QUERY_ERROR, "企业账户余额查询异常", "the enterprise's balance could not be queried";
        5 = ENT_BALANCE_NOT_SUFFICIENT, "企业余额不足", "the enterprise's balance does not suffice";
        6 = LOCAL_SUBMIT_ERROR, "本地下单异常", "the order could not be submitted locally";
        7 = NOT_WAIT_PAY_ORDER_NOT_PAY, "非待支付订单不能支付", "the order does not wait for payment";
        8 = ILLEGAL_ORDER_ID, "非法订单号", "no such order number";
        9 = ILLEGAL_API_ACCESS, "无效访问", "the access is not valid";
        10 = STAFF_CREATE_ERROR, "员工创建失败", "the employee could not be created";
        11 = ILLEGAL_PRICE, "支付金额不合法", "the amount paid is not the amount due";
        1000 = DATA_NOT_EXIST, "数据不存在", "no such data";
        1010 = AUTH_ERROR, "鉴权失败", "authentication failed";
        1106 = CANCELED_ORDER_NOT_CANCEL_AGAIN, "订单不能再次取消", "the order cannot be cancelled again; after a time-out of one's own: it is cancelled, query it";
        1020 = CITY_NOT_OPEN_ERROR, "当前城市暂未开通服务", "the service is not open in this city";
        1030 = CITY_NOT_FOUND_ERROR, "无法找到对应的城市", "the city was not found";
        1129 = RESERVE_TIME_ERROR, "预约单预约时间校验错误", "the reserved time is not possible";
        1300 = ILLEGAL_CAR_TYPE_ID, "编码选择错误", "the car type is not a listed one";
    }

    /// An event of an order (附录 订单事件说明).
    RideEvent {
        10 = ORDER_CREATED, "已下单", "ordered";
        11 = ORDER_PUSHED, "已推单", "offered to drivers";
        20 = ORDER_CONFIRMED, "已接单", "taken by a driver";
        30 = ORDER_REASSIGNED, "改派", "given to another driver";
        40 = ORDER_SERVICE_STARTED, "司机已开始服务", "the driver is on the way";
        41 = DEPARTURE_CHANGED, "订单已更改接驾点", "the pick-up point was changed";
        50 = DRIVER_ARRIVED, "司机已达到上车点", "the driver is at the pick-up point";
        60 = TRIP_STARTED, "已开始行程", "the trip has begun";
        61 = DESTINATION_CHANGED, "订单已更改目的地", "the destination was changed";
        70 = TRIP_DELIVERED, "乘客已被送达目的地", "the passenger is at the destination";
        80 = BILL_GENERATED, "已生成账单", "the bill is made";
        81 = BILL_CHANGED, "订单已改价", "the price was changed";
        90 = ORDER_PAID, "订单已支付完成", "paid";
        100 = ORDER_CANCELED, "订单已被取消无取消费", "cancelled, without a fee";
        110 = ORDER_CANCELED_WITH_PAY, "订单已被取消且有取消费,需要用户支付", "cancelled, with a fee to pay";
        111 = ORDER_SUSPENDED, "订单挂起", "suspended";
        112 = ORDER_UN_SUSPENDED, "订单解除挂起", "no longer suspended";
        113 = CAR_TYPE_APPENDED, "已追加车型", "a car type was added";
    }
}

impl ResultCode {
    /// Whether the same request may succeed later. Inferred from what the codes mean; submit again only with the same
    /// channelPartnerOrderId.
    pub fn is_retryable(self) -> bool {
        matches!(self, ResultCode::UNKNOWN | ResultCode::SYSTEM_ERROR | ResultCode::ENT_ACCOUNT_BALANCE_QUERY_ERROR)
    }
}

crate::enumerations! {
    /// The outcome at the gateway (公共参数说明, `status`), before the business is reached. No other number is published.
    GatewayStatus open {
        0 = OK, "成功 · passed on; any other number is a failure of the gateway";
    }

    /// The state of an order (附录 订单状态说明).
    RideStatus open {
        1 = SUBMITTED, "提交订单 · submitted";
        2 = PUSHED, "已推单 · offered to drivers";
        3 = CONFIRMED, "已接单 · taken by a driver";
        4 = DRIVER_ARRIVED, "司机已到达 · the driver is at the pick-up point";
        5 = DRIVING, "行驶中 · on the trip";
        6 = DELIVERED, "已到达 · at the destination";
        7 = WAIT_PAY, "待支付 · to be paid";
        8 = COMPLETED, "已完成 · completed";
        200 = PASSENGER_CANCELED, "乘客撤单无需支付 · cancelled by the passenger, nothing to pay";
        201 = PASSENGER_CANCELED_WAIT_PAY, "乘客撤单待支付 · cancelled by the passenger, fee to be paid";
        203 = PASSENGER_CANCELED_PAID, "乘客撤单已支付 · cancelled by the passenger, fee paid";
        210 = DRIVER_CANCELED, "司机撤单无需支付 · cancelled by the driver, nothing to pay";
        211 = DRIVER_CANCELED_WAIT_PAY, "司机撤单待支付 · cancelled by the driver, fee to be paid";
        220 = DISPATCH_CANCELED, "调度撤单 · cancelled by the dispatch";
        230 = SYSTEM_CANCELED, "系统撤单 · cancelled by the system";
    }

    /// The party or the cause of a cancellation (附录 取消类型). No field of the listed interfaces carries it.
    CancelType open {
        1001 = USER, "用户取消:用户主动发起的取消 · by the user";
        1002 = TIMEOUT, "超时取消:合作方响应慢导致的取消,场景包括:1. 平台默认的时间窗口内(基于供需状况调整)没有响应;2. 同一订单别的合作方响应后n秒(基于供需状况调整)内没有响应。 · the partner answered too late: not within the platform's window, or not within some seconds after another partner";
        1003 = COMPETITION_LOST, "竞争失败取消:多个合作方返回候选运力场景下,平台会基于用户体验原则将订单分配给最优的一个合作方,其他合作方则为竞争失败。 · another partner's offer was chosen";
        1004 = NOT_ADMITTED, "准入过滤取消:平台对候选运力有接驾时间和接驾距离的要求,不满足要求的运力会被平台取消。运力要求参见下单接口maxEda和maxEta参数。 · the offered car is too far away or too slow";
        1005 = RISK_CONTROL, "风控取消:平台会基于风控规则对运力进行过滤,进而导致的取消。 · refused by risk control";
        1006 = DRIVER_NOT_ELIGIBLE, "司机不符合接单条件:因限行、司乘拉黑、司机封禁等原因导致的取消。 · the driver may not take it: traffic restrictions, blocked by or for the passenger, banned";
    }

    /// Why the user cancels (附录 用户取消原因), for `cancelCode`.
    CancelReason open {
        10 = PLANS_CHANGED, "我行程有变,暂不需要用车 · my plans have changed";
        11 = OTHER_TRANSPORT, "我赶时间,换用其他交通工具 · in a hurry, I take another means of transport";
        12 = DRIVER_TOO_FAR, "司机距我太远 · the driver is too far away";
        13 = AGREED_WITH_DRIVER, "与司机协商后取消订单 · agreed with the driver";
        14 = DRIVER_REFUSES, "司机以各种理由拒绝接我 · the driver refuses to pick me up";
        15 = DRIVER_UNREACHABLE, "司机联系不上 · the driver cannot be reached";
        16 = DRIVER_LATE, "司机迟到 · the driver is late";
        17 = OTHER, "其他 · another reason";
        19 = DRIVER_UNFRIENDLY, "司机服务态度差 · the driver is unfriendly";
        20 = PICK_UP_TOO_LONG, "司机接驾时间过长 · the pick-up is too slow";
        21 = PICK_UP_POINT_WRONG, "上车点不在我当前位置司机找不到 · the pick-up point is not where I am";
        22 = NO_STOPPING, "上车点禁止停车 · no stopping at the pick-up point";
        23 = START_WRONG, "起点填写错误 · the start was entered wrongly";
        40 = DRIVER_CANNOT_FIND_ME, "司机找不到我 · the driver cannot find me";
        41 = NUMBER_PLATE_DIFFERS, "车牌号和订单显示不一致 · the number plate is not the one of the order";
        42 = DRIVER_DEMANDS_MORE, "司机要求加价或现金交易 · the driver demands more, or cash";
        43 = DRIVER_DOES_NOT_COME, "司机原地不动或反方向行驶 · the driver does not move, or drives the other way";
        44 = DRIVER_REQUEST, "司机要求我取消 · the driver wanted me to cancel";
    }

    /// Kinds of cars (运力类型).
    CarType open {
        1 = TAXI, "出租车 · taxi";
        2 = ECONOMY, "经济型 · economy";
        3 = COMFORT, "舒适型 · comfort";
        4 = SIX_SEATS, "六座商务 · six seats, business";
        5 = LUXURY, "豪华 · luxury";
        6 = DESIGNATED_DRIVER, "代驾 · a driver for the passenger's own car";
    }

    /// How the employee who orders is identified in the enterprise.
    IdentifyType open {
        20 = EMAIL, "邮箱 · e-mail address";
        30 = STAFF_NUMBER, "工号 · staff number";
        50 = MOBILE, "手机号 · mobile number";
    }

    /// When the ride is wanted.
    ReserveType open {
        1 = NOW, "实时 · now";
        2 = RESERVED, "预约 · at a reserved time";
    }

    /// The kind of supply.
    SupplyCode open {
        1 = RIDE, "打车 · a ride";
    }

    /// The step of a cancel call.
    CancelStep open {
        1 = ASK_FEE, "询问取消费 · asks the fee, and cancels nothing";
        2 = CONFIRM, "确认取消 · cancels";
    }

    /// How far a refund is.
    RefundStatus open {
        10 = SUCCESS, "退款成功 · refunded; the only state that is pushed at present";
    }
}

/// A category of questions to customer service (附录 客服问题分类).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Meituan's number of the answer (美团faqId).
    pub faq_id: u32,
    /// The category (美团五级问题).
    pub category: crate::Text,
    /// The question (美团六级问题).
    pub question: crate::Text,
}

macro_rules! questions {
    ($($zh:literal, $en:literal: [$($faq_id:literal, $question_zh:literal, $question_en:literal;)*])*) => {
        /// The categories of questions to customer service, in the spec's order within each category.
        pub static QUESTIONS: &[Question] = &[$($(Question {
            faq_id: $faq_id,
            category: crate::Text { zh: $zh, en: $en },
            question: crate::Text { zh: $question_zh, en: $question_en },
        },)*)*];
    };
}

questions! {
    "收费异议", "dispute about charges": [
        49608, "未上车产生费用(不包含取消费)", "charged without having got in (not the cancel fee)";
        49614, "司机恶意绕路", "the driver made a detour on purpose";
        49611, "司机提前计费", "the driver started the meter too early";
        49612, "司机未及时结束计费", "the driver stopped the meter too late";
        49609, "司机多收附加费", "the driver took too much in extra fees";
        49644, "多收了夜间/长途费用", "charged too much for night or long distance";
        49787, "其他", "another";
    ]
    "红包不可用", "voucher not usable": [49121, "优惠券使用问题", "a question about using coupons";]
    "合作方工单", "partner's ticket": [49652, "其他", "another";]
    "乘车环境", "the car": [49498, "车内环境问题", "the state of the car inside";]
    "司机服务行为", "the driver's conduct": [
        49602, "态度不友好", "unfriendly";
        49604, "[送错目的地/未送达目的地]", "brought to the wrong place, or not to the destination";
        49358, "中途下车", "had to get out on the way";
    ]
    "订单取消", "cancelled order": [
        49506, "联系不上司机", "the driver cannot be reached";
        49524, "司机未到达指定上车地点", "the driver did not come to the pick-up point";
        49530, "司机迟到", "the driver was late";
    ]
    "人车不符", "driver or car not as shown": [49467, "人车不符", "driver or car not as shown";]
    "物品遗失", "lost property": [49479, "物品遗失", "lost property";]
    "重开/修改发票信息", "invoice again or changed": [69154, "重开/修改电子发票信息", "electronic invoice again or changed";]
    "咨询发票进度", "progress of an invoice": [69171, "咨询催促电子发票", "asks after an electronic invoice";]
    "人身伤害", "injury": [49450, "人身伤害", "injury";]
    "财产损失", "damage to property": [49440, "财产损失", "damage to property";]
    "其他违法问题", "another offence": [49801, "其他违法问题", "another offence";]
    "[媒体/警方]特殊来电", "a call from press or police": [49458, "[媒体/警方]特殊来电", "a call from press or police";]
    "[定位/导航]问题", "position or navigation": [49601, "[定位/导航]问题", "position or navigation";]
}
