//! The numbers of the ticket API: reply codes for each call, and the values of integer fields.
//!
//! 200 is the only success; everything else is not, except 598 (issuing), 602 (refund under approval) and 601
//! (refunded). Source: acceptance manual, part one, item 1. Families: 3xx general and query, 4xx create, 5xx issue, 6xx
//! refund; x99 is "other" of its family (inferred from three implementations).

crate::enumerations! {
    /// Reply codes of order create.
    OrderCreateCode {
        200 = SUCCESS, "成功 · created";
        410 = INVALID_ORDER, "数据校验失败 · the data was refused: price, quantity, product or visitor information";
        420 = STOCK_INSUFFICIENT, "库存不足 · not enough stock";
        421 = NOT_SELLABLE, "产品不可售 · the product is paused, expired, closed or missing";
        422 = BOOKING_TIME, "不符合预订时间规则 · the booking-time rule is not met";
        499 = OTHER, "其他下单失败 · another failure to create";
    }

    /// Reply codes of order pay.
    OrderPayCode {
        200 = SUCCESS, "出票成功 · issued: the guest can enter";
        501 = BALANCE_INSUFFICIENT, "预存款不足 · the prepaid balance does not suffice";
        502 = NO_SUCCESS_RECORD, "含义未载明；见于查不到成功记录时 · meaning not documented; seen where no record of success was found";
        598 = ISSUING, "出票中 · issuing; the result follows by pay notice";
        599 = OTHER, "其他出票失败 · another failure to issue";
    }

    /// Reply codes of order query.
    OrderQueryCode {
        200 = SUCCESS, "成功 · found";
        301 = ORDER_NOT_FOUND, "订单不存在 · no such order";
        302 = QUERY_FAILED, "订单查询失败 · the query failed, or voucher information is missing";
        399 = OTHER, "其他查询失败 · another failure to query";
    }

    /// Reply codes of order refund, and of the refund notice (where 200 agrees and a 6xx failure refuses).
    OrderRefundCode {
        200 = SUCCESS, "退款成功 · refunded by this call";
        601 = REFUNDED, "退款成功 · refunded already";
        602 = PENDING, "退款审批中 · under approval; the result follows by refund notice";
        604 = KIND_NOT_SUPPORTED, "含义未载明；见于不支持此类退款时 · meaning not documented; seen for refunds of this kind not being supported";
        606 = NOT_ENOUGH_OR_REFUSED, "余票不足或拒绝退票 · too few refundable tickets, or refused";
        607 = NOT_REFUNDABLE, "含义未载明；见于产品不存在或不可退时 · meaning not documented; seen for products missing or not refundable";
        699 = OTHER, "其他退款失败 · another failure to refund, or refused";
    }

    /// Reply codes of the calls that have no family of their own.
    GeneralCode {
        200 = SUCCESS, "成功 · success";
        300 = FAILURE, "合作方错误统一状态 · failure";
    }

    /// Reply codes of the price calendar pull.
    PriceCalendarCode {
        200 = SUCCESS, "成功 · success";
        201 = INVALID_PARAMETERS, "含义未载明；有实现用于参数无效时 · seen for invalid parameters in one implementation";
        299 = OTHER_PRICE_FAILURE, "含义未载明；有实现用于其他失败 · seen for other failures in one implementation";
        300 = FAILURE, "合作方错误统一状态 · failure";
    }

    /// Reply codes of the level price pull.
    LevelPriceCode {
        200 = SUCCESS, "成功 · success";
        300 = FAILURE, "合作方错误统一状态 · failure";
        999 = ASYNCHRONOUS, "异步受理 · accepted; the prices follow by level price notice";
    }

    /// Meituan's reply codes to notices.
    NoticeCode {
        200 = SUCCESS, "成功 · accepted";
        201 = SEEN_AS_ACCEPTED, "含义未载明；有实现视为已接受 · meaning not documented; one implementation treats it as accepted";
        300 = IN_PROCESS, "美团内部处理中 · on a pay notice: in process at Meituan; sending it again is safe";
    }

    /// The state of an order as the query returns it.
    OrderStatus {
        2 = CREATED, "创建订单成功 · created, not issued";
        3 = CREATE_FAILED, "创建订单失败 · not created";
        4 = ISSUED, "支付成功，用户可以入园 · issued: the guest can enter (used and refunded orders stay here)";
        5 = ISSUING, "支付中／出票中 · being issued";
        6 = ISSUE_FAILED, "支付失败 · not issued";
    }

    /// How codes relate to tickets.
    VoucherType {
        0 = NONE, "无需凭证 · no code is needed (seen live, not documented)";
        1 = CODE_PER_TICKET, "商家一码一验 · one code for each ticket";
        2 = CODE_PER_ORDER, "商家一码多验 · exactly one code for the order";
    }

    /// The state of a code.
    VoucherStatus {
        0 = UNUSED, "未使用 · not used";
        1 = USED, "已使用 · used";
        2 = REFUNDED, "已退款 · refunded";
        3 = VOID, "已废弃 · the ticket is not used, but this code is void";
    }

    /// Kinds of identity documents. More may exist by now.
    CredentialType {
        0 = IDENTITY_CARD, "身份证 · identity card";
        1 = PASSPORT, "护照 · passport";
        2 = OFFICER_CARD, "军官证 · military officer's card";
        3 = TAIWAN_COMPATRIOT, "台胞证 · Taiwan compatriot permit";
        4 = HONG_KONG_MACAO, "港澳通行证 · Hong Kong and Macao permit";
        5 = MAINLAND_TO_TAIWAN, "大陆居民往来台湾通行证 · mainland resident's permit for Taiwan";
    }

    /// A visitor's gender.
    Gender {
        1 = MALE, "男 · male";
        2 = FEMALE, "女 · female";
    }

    /// Whether an order is in real names.
    RealNameType {
        0 = NO, "非实名 · not in real names";
        1 = YES, "实名制 · in real names: a code for each credential";
    }

    /// Why an order is closed.
    CloseType {
        1 = UNPAID, "未支付，美团关闭 · not paid, closed by Meituan";
        2 = CREATE_FAILED, "创建接口失败 · our order create failed";
        3 = ISSUE_FAILED, "出票接口失败，美团已退款 · our issue failed; Meituan has refunded";
    }

    /// Why Meituan has refunded by itself.
    RefundMessageType {
        1 = CUSTOMER_SERVICE, "美团客服退款 · refunded by Meituan's customer service";
        2 = PAY_STATE_UNKNOWN, "支付状态未知，自动退款 · the query never showed success";
        3 = APPROVAL_TIMED_OUT, "商家退款审批超时，自动退款 · the supplier's approval took too long";
    }

    /// The result that a pay notice reports.
    IssueType {
        1 = ISSUED, "出票成功 · issued";
        2 = FAILED, "出票失败或拒绝 · failed or refused";
    }

    /// The kind of change of a product.
    ProductChange {
        0 = DELISTED, "下架 · delisted";
        1 = LISTED, "上架 · listed";
        2 = CHANGED, "信息变化 · information changed";
        5 = PRICE_CALENDAR_CHANGED, "价格日历变化 · price calendar changed; Meituan then pulls it";
    }

    /// Whether level prices are wanted in the reply or by notice.
    AsyncType {
        0 = SYNCHRONOUS, "同步 · in the reply";
        1 = ASYNCHRONOUS, "异步 · by level price notice, after code 999";
    }

    /// The way in which visitors' information is requested.
    VisitorInfoType {
        1 = NONE, "不需要游客信息 · none";
        2 = ONE, "只需要一位游客信息 · of one visitor";
        3 = EACH, "需要每一位游客信息 · of each visitor";
        4 = ONE_PER_GROUP, "每几个人需要一位游客信息 · of one visitor in each group";
    }

    /// Whether and how a product can be refunded.
    RefundType {
        1 = ANY_TIME, "随时退 · at any time while unused, without a fee, in parts";
        3 = NEVER, "不可退 · never";
        4 = CONDITIONAL, "有条件退 · within time limits or with fees, the whole order only";
    }

    /// From where the time limit of a refund is counted.
    RefundTimeType {
        0 = UNLIMITED, "无限制 · no limit";
        1 = BEFORE_BEGIN, "使用开始日期前 · before the first day of use, from its 0:00 backwards";
        2 = BEFORE_END, "使用截止日期前 · before the last day of use ends, from its 24:00 backwards";
        3 = AFTER_END, "使用截止日期后 · after the last day of use, from the next 0:00 onwards";
    }

    /// The kind of fee for a refund.
    RefundFeeMode {
        1 = FREE, "无手续费 · nothing";
        2 = PER_TICKET, "每张票 · an amount for each ticket";
        3 = PER_ORDER, "每笔订单 · an amount for each order";
        4 = PERCENTAGE, "销售价格的百分比 · a share of the sale price, 0.12 for 12 %";
    }

    /// How far ahead a product must be booked.
    AdvanceBookingType {
        1 = NONE, "任意时刻都可下单 · at any time";
        2 = MINUTES_BEFORE_USE, "提前多少分钟购买 · so many minutes before use";
        3 = UNTIL, "截止到 · until a point counted back from 24:00 of the booked day";
    }

    /// The proof that a guest shows to change a code for a paper ticket, or to enter.
    ProofKind {
        2 = SMS, "商家短信 · the supplier's SMS";
        3 = EMAIL, "商家邮件 · the supplier's e-mail";
        4 = CODE, "商家电子码 · the supplier's code";
        5 = QR_CODE, "二维码 · QR code";
        6 = IDENTITY_CARD, "身份证 · identity card";
        7 = ORDER_NUMBER, "商家订单号 · the supplier's order number";
        8 = MOBILE_NUMBER, "手机号 · mobile number";
    }

    /// The coordinate system of a sight's position.
    CoordinateSystem {
        0 = GCJ_02, "火星坐标 · GCJ-02";
        1 = WGS_84, "地球坐标 · WGS-84";
        2 = BAIDU, "百度坐标 · Baidu (BD-09)";
        3 = MAPBAR, "图吧坐标 · Mapbar";
        4 = SOGOU, "搜狗坐标 · Sogou";
        5 = OTHER, "其他 · another";
    }

    /// How far a product has come at Meituan.
    EditorialStatus {
        0 = WAITING, "待上单 · passed, waiting to be put online";
        1 = ONLINE, "已上单 · online";
        2 = FAILED, "上单失败 · putting it online failed";
        3 = OFFLINE, "已下线 · taken offline";
        4 = NEW, "未上线 · not yet online: a new product";
    }

    /// The result of Meituan's review.
    EditorialCheck {
        0 = WAITING, "待审核 · to be reviewed";
        1 = PASSED, "已通过 · passed";
        2 = REJECTED, "已驳回 · rejected";
        3 = EXEMPT, "免审核 · exempt from review";
        4 = BLACKLISTED, "黑名单 · blacklisted";
        5 = NOT_SUBMITTED, "未提交审核 · not submitted";
        9 = ABANDONED, "放弃 · abandoned";
    }
}
