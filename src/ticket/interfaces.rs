//! Every interface of the ticket API, once. Whatever else knows an interface, in Rust, JavaScript, TypeScript and the references, is
//! made from its entry here and from the definitions of its messages.
//!
//! A call of Meituan's has
//!
//! - `request { … }` and `reply Codes { … }`: what the bodies hold, in the notation of definitions, or nothing; beside the reply's body
//!   `with { … }` further fields. The type of a reply's body is that reply's alone, for it decides the codes.
//! - `failure`, `outcomes`: which code says any other failure, and which beside 200 say none: `Pending` puts the answer off, `Already`
//!   says that it was given before. Each has the words that Meituan gets where the supplier's program says none. All other codes are
//!   failures.
//! - `echoes`: fields of the reply that repeat the request's; the one in braces may be missing there.
//! - `times`: fields of the reply's body that say when the call came and when it was replied to, unless that is put off.
//! - `repeats`: fields by which a repeat is known, the order's number first.
//! - `encryption`, `work`, `need`: see [`Encryption`], [`Work`], [`Need`].
//! - `about`: [`About`], and the field that has the order's number.
//!
//! A notice of the supplier's has its path, and either a body or a whole envelope of its own.
//!
//! This file names nothing and is nothing but the table, so that everything made of it can be where it is needed: `statics` (the
//! static of each interface, and their list), `outcomes` (codes that say no failure, which the rules of replies ask for), and, by
//! the macro that `statics` makes, the Rust types.

/// Hands the table to another macro, behind what that macro wants first.
macro_rules! interfaces {
    ($callback:ident $($first:tt)*) => {
        $callback! {
            $($first)*
            from Meituan {
                /// 订单创建 · order create.
                ORDER_CREATE OrderCreate "orderCreate" {
                    request { object(OrderCreate) }
                    reply OrderCreateCode { object(OrderCreated) }
                    failure OTHER;
                    outcomes {}
                    echoes [] {}
                    times [];
                    repeats [order_id "orderId"];
                    encryption Newer;
                    about Order { order_id }
                    work Needed;
                    need Mandatory(1);
                }

                /// 订单出票 · order pay: issue the tickets.
                ORDER_PAY OrderPay "orderPay" {
                    request { object(OrderPay) }
                    reply OrderPayCode { object(OrderPaid) }
                    failure OTHER;
                    outcomes { Pending ISSUING "出票中"; }
                    echoes [order_id "orderId"] { partner_order_id "partnerOrderId" }
                    times [];
                    repeats [order_id "orderId"];
                    encryption Never;
                    about Order { order_id }
                    work Needed;
                    need Mandatory(2);
                }

                /// 订单查询 · order query.
                ORDER_QUERY OrderQuery "orderQuery" {
                    request { object(OrderQuery) }
                    reply OrderQueryCode { object(OrderState) }
                    failure OTHER;
                    outcomes {}
                    echoes [order_id "orderId"] { partner_order_id "partnerOrderId" }
                    times [];
                    repeats [];
                    encryption Never;
                    about Order { order_id }
                    work Nothing;
                    need Mandatory(3);
                }

                /// 订单退款 · order refund.
                ORDER_REFUND OrderRefund "orderRefund" {
                    request { object(OrderRefund) }
                    reply OrderRefundCode { object(OrderRefunded) }
                    failure OTHER;
                    outcomes { Already REFUNDED "已退款"; Pending PENDING "退款审批中"; }
                    echoes [order_id "orderId", refund_id "refundId"] { partner_order_id "partnerOrderId" }
                    times ["requestTime", "responseTime"];
                    repeats [order_id "orderId", refund_id "refundId"];
                    encryption Never;
                    about Order { order_id }
                    work Needed;
                    need Mandatory(4);
                }

                /// 订单关闭消息 · order close.
                ORDER_CLOSE OrderClose "orderClose" {
                    request { object(OrderClose) }
                    reply GeneralCode {}
                    failure FAILURE;
                    outcomes {}
                    echoes [] {}
                    times [];
                    repeats [order_id "orderId", close_type "closeType"];
                    encryption Never;
                    about Order { order_id }
                    work Message;
                    need Mandatory(5);
                }

                /// 已退款消息 · refunded message.
                ORDER_REFUNDED OrderRefunded "orderRefunded" {
                    request { object(RefundedMessage) }
                    reply GeneralCode {}
                    failure FAILURE;
                    outcomes {}
                    echoes [] {}
                    times [];
                    repeats [order_id "orderId", refund_serial_no "refundSerialNo"];
                    encryption Never;
                    about Order { order_id }
                    work Message;
                    need Unlisted;
                }

                /// 订单改签 · order reschedule.
                ORDER_RESCHEDULE OrderReschedule "orderReschedule" {
                    request { object(OrderReschedule) }
                    reply GeneralCode { object(OrderRescheduled) }
                    failure FAILURE;
                    outcomes {}
                    echoes [order_id "orderId", reschedule_no "rescheduleNo"] {}
                    times [];
                    repeats [order_id "orderId", reschedule_no "rescheduleNo"];
                    encryption Never;
                    about Order { order_id }
                    work Served;
                    need Unlisted;
                }

                /// 拉取价格日历 · price calendar pull.
                PRICE_CALENDAR PriceCalendar "priceCalendar" {
                    request { object(PriceCalendarPull) }
                    reply PriceCalendarCode { list(object(DayPrice)) }
                    failure FAILURE;
                    outcomes {}
                    echoes [] {}
                    times [];
                    repeats [];
                    encryption Never;
                    about Other {}
                    work Nothing;
                    need Optional(5);
                }

                /// 拉取多层价格日历V2 · level price pull.
                LEVEL_PRICE_PULL LevelPricePull "levelPricePull" {
                    request { object(LevelPricePull) }
                    reply LevelPriceCode { list(object(LevelPrice)) } with {
                        /// 商家产品编号 · Our product number.
                        "partnerDealId": string, optional;
                    }
                    failure FAILURE;
                    outcomes { Pending ASYNCHRONOUS "异步受理"; }
                    echoes [] {}
                    times [];
                    repeats [];
                    encryption Always;
                    about Other {}
                    work Nothing;
                    need Unlisted;
                }

                /// 拉取产品 · product pull.
                PRODUCT_PULL ProductPull "productPull" {
                    request { object(ProductPull) }
                    reply GeneralCode { list(object(Product)) } with {
                        /// 总数 · How many there are in all.
                        "totalSize": count, optional;
                    }
                    failure FAILURE;
                    outcomes {}
                    echoes [] {}
                    times [];
                    repeats [];
                    encryption Never;
                    about Other {}
                    work Nothing;
                    need Optional(1);
                }

                /// 拉取景点 · sight (POI) pull.
                POI_PULL PoiPull "poiPull" {
                    request { object(PoiPull) }
                    reply GeneralCode { list(object(Poi)) } with {
                        /// 总数 · How many there are in all.
                        "totalSize": count, optional;
                    }
                    failure FAILURE;
                    outcomes {}
                    echoes [] {}
                    times [];
                    repeats [];
                    encryption Never;
                    about Other {}
                    work Nothing;
                    need Optional(4);
                }

                /// 编审状态通知 · editorial status of products.
                PRODUCT_STATUS ProductStatus "productStatus" {
                    request { list(object(ProductStatus)) }
                    reply GeneralCode {}
                    failure FAILURE;
                    outcomes {}
                    echoes [] {}
                    times [];
                    repeats [];
                    encryption Never;
                    about Other {}
                    work Nothing;
                    need Optional(3);
                }

                /// 查询账户余额 · balance.
                BALANCE Balance "balance" {
                    request { object(BalanceQuery) }
                    reply GeneralCode { list(object(Balance)) }
                    failure FAILURE;
                    outcomes {}
                    echoes [] {}
                    times [];
                    repeats [];
                    encryption Never;
                    about Other {}
                    work Nothing;
                    need Unlisted;
                }

                /// 心跳 · heartbeat.
                HEARTBEAT Heartbeat "heartbeat" {
                    request {}
                    reply GeneralCode {}
                    failure FAILURE;
                    outcomes {}
                    echoes [] {}
                    times [];
                    repeats [];
                    encryption Never;
                    about Other {}
                    work Nothing;
                    need Unlisted;
                }
            }
            to Meituan {
                /// 订单出票通知 · pay notice: the result after a 598. Mandatory for suppliers that answer 598.
                PAY_NOTICE "payNotice", "/rhone/mtp/api/order/pay/notice" {
                    request envelope { object(PayNoticeRequest) }
                    rules [rules::NOTICE_COMPLETE, rules::TRUE_REASON];
                    outcomes [IN_PROCESS];
                    encryption Never;
                    about Order;
                    need Unlisted;
                }

                /// 订单退款通知 · refund notice: the result after a 602. Mandatory for suppliers that answer 602.
                REFUND_NOTICE "refundNotice", "/rhone/mtp/api/order/refund/notice" {
                    request envelope { object(RefundNoticeRequest) }
                    rules [rules::REFUND_NOTICE_DECIDES, rules::TRUE_REASON];
                    outcomes [];
                    encryption Never;
                    about Order;
                    need Unlisted;
                }

                /// 订单消费通知 · consume notice: guests have entered.
                CONSUME_NOTICE "consumeNotice", "/rhone/mtp/api/order/consume/notice" {
                    request body { object(ConsumeNotice) }
                    rules [];
                    outcomes [];
                    encryption Never;
                    about Order;
                    need Mandatory(6);
                }

                /// 订单改签通知 · reschedule notice.
                RESCHEDULE_NOTICE "rescheduleNotice", "/rhone/mtp/api/order/reschedule/notice" {
                    request envelope { object(RescheduleNoticeRequest) }
                    rules [];
                    outcomes [];
                    encryption Never;
                    about Order;
                    need Unlisted;
                }

                /// 产品变化通知 · product change notice.
                PRODUCT_CHANGE_NOTICE "productChangeNotice", "/rhone/mtp/api/deal/change/notice" {
                    request body { list(object(ProductChangeNotice)) }
                    rules [];
                    outcomes [];
                    encryption Never;
                    about Other;
                    need Optional(2);
                }

                /// 多层价格日历变化通知V2 · level price notice.
                LEVEL_PRICE_NOTICE "levelPriceNotice", "/rhone/mtp/api/level/price/notice/v2" {
                    request envelope { object(LevelPriceNoticeRequest) }
                    rules [rules::LEVEL_PRICE_STOCK];
                    outcomes [];
                    encryption Always;
                    about Other;
                    need Unlisted;
                }
            }
        }
    };
}
pub(super) use interfaces;
