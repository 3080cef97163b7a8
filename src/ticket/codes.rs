//! The numbers of the ticket API: reply codes for each call, and the values of integer fields.
//!
//! 200 is the only success; everything else is not, except 598 (issuing), 602 (refund under approval) and 601
//! (refunded). Source: hand-out, part one, item 1. Families: 3xx general and query, 4xx create, 5xx issue, 6xx
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
        502 = NO_SUCCESS_RECORD, "502 · meaning not documented; seen where no record of success was found";
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
        604 = KIND_NOT_SUPPORTED, "604 · meaning not documented; seen for refunds of this kind not being supported";
        606 = NOT_ENOUGH_OR_REFUSED, "余票不足或拒绝退票 · too few refundable tickets, or refused";
        607 = NOT_REFUNDABLE, "607 · meaning not documented; seen for products missing or not refundable";
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
        201 = INVALID_PARAMETERS, "201 · seen for invalid parameters in one implementation";
        299 = OTHER_PRICE_FAILURE, "299 · seen for other failures in one implementation";
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
        201 = SEEN_AS_ACCEPTED, "201 · meaning not documented; one implementation takes it as accepted";
        300 = IN_PROCESS, "美团内部处理中 · on a pay notice: in process at Meituan; sending it again is safe";
    }

    /// The state of an order as the query tells it.
    OrderStatus {
        2 = CREATED, "创建订单成功 · created, not issued";
        3 = CREATE_FAILED, "创建订单失败 · not created";
        4 = ISSUED, "支付成功，用户可以入园 · issued: the guest can enter (used and refunded orders stay here)";
        5 = ISSUING, "支付中／出票中 · being issued";
        6 = ISSUE_FAILED, "支付失败 · not issued";
    }

    /// How codes stand for tickets.
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

    /// What a pay notice tells.
    IssueType {
        1 = ISSUED, "出票成功 · issued";
        2 = FAILED, "出票失败或拒绝 · failed or refused";
    }

    /// What has changed about a product.
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
}
