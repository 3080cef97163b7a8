//! The pulls about products, sights, prices and balances. Meituan does not require them (acceptance manual, part two).
//!
//! Fields and values: the field tables of the deal, poi, price, balance and editorial-status pages, as far as they are
//! transcribed in a public implementation of 2016 to 2019.

use super::codes::{
    AdvanceBookingType, AsyncType, CoordinateSystem, EditorialCheck, EditorialStatus, ProofKind, RefundFeeMode, RefundTimeType,
    RefundType, VisitorInfoType,
};

crate::messages! {
    /// 拉取价格日历 · Price calendar pull.
    PriceCalendarPull {
        /// 商家产品编号 · Our product number.
        partner_deal_id "partnerDealId": string, required;
        /// 开始日期 · First day.
        start_time "startTime": date, required;
        /// 结束日期，含当天 · Last day, included.
        end_time "endTime": date, required;
    }

    /// 某一天的价格（价格日历） · The price of one day.
    DayPrice {
        /// 商家产品编号 · Our product number.
        partner_deal_id "partnerDealId": string, required;
        /// 日期 · The day.
        date "date": date, required;
        /// 市场价 · Market price.
        market_price "marketPrice": yuan, required;
        /// 美团价 · Meituan's sale price.
        mt_price "mtPrice": yuan, required;
        /// 结算价 · Settlement price.
        settlement_price "settlementPrice": yuan, required;
        /// 库存；不限库存写作 100000000 · Stock; unlimited stock is sent as 100000000.
        stock "stock": integer, required;
    }

    /// 拉取多层价格日历 V2 · Level price pull.
    LevelPricePull {
        /// 商家产品编号 · Our product number.
        partner_deal_id "partnerDealId": string, required;
        /// 开始日期 · First day.
        start_time "startTime": date, required;
        /// 结束日期，含当天 · Last day, included.
        end_time "endTime": date, required;
        /// 价格在回复中给出，还是用通知给出 · Whether the prices are wanted in the reply or by notice.
        async_type "asyncType": code(AsyncType), optional;
    }

    /// 拉取产品 · Product pull.
    ProductPull {
        /// 拉取方法：`page` 按页，`multi` 按编号 · How products are chosen: `page` by page, `multi` by number.
        method "method": string, required;
        /// 页码，从 1 起；用于 `page` · Page, from 1; with `page`.
        current_page "currentPage": integer, optional;
        /// 每页产品数；用于 `page` · Products on a page; with `page`.
        page_size "pageSize": integer, optional;
        /// 商家产品编号；用于 `multi` · Our product numbers; with `multi`.
        partner_deal_ids "partnerDealIds": list(string), optional;
    }

    /// 产品 · A product.
    Product {
        /// 合作方编号 · Our number at Meituan.
        partner_id "partnerId": count, required;
        /// 合作方产品 id · Our product number.
        partner_deal_id "partnerDealId": string, required;
        /// 商家景点编号，多个以逗号分隔 · Our sight number; several are separated by commas.
        partner_poi_id "partnerPoiId": string, optional;
        /// 产品标题 · Title.
        title "title": string, required;
        /// 产品副标题，最多 512 字节 · Subtitle, at most 512 bytes.
        sub_title "subTitle": string, optional;
        /// 费用包含补充说明，纯文本 · Included services, plain text.
        include "include": string, required;
        /// 费用不包含，纯文本 · Excluded services, plain text.
        exclude "exclude": string, optional;
        /// 其他注意事项，纯文本 · Other notes, plain text.
        other_note "otherNote": string, required;
        /// 0：无需预约，有效期内可用；n：自预约日起 n 天有效（指定产品预约有效期） ·
        /// 0: no booking, valid within a period; n: valid for n days from the booked day.
        use_date_mode "useDateMode": count, required;
        /// 游玩人信息类型 · The way in which visitors' information is requested.
        visitor_info_type "visitorInfoType": code(VisitorInfoType), required;
        /// 每多少个人共用一个游客信息；用于 visitorInfoType 4 · How many visitors share one information; with visitorInfoType 4.
        visitor_info_group_size "visitorInfoGroupSize": count, optional;
        /// 游玩人信息要求 · Information that a visitor must give.
        visitor_info_rule "visitorInfoRule": object(VisitorInfoRule), required;
        /// 自动退款时间：未使用的订单何时自动退 · When unused orders are refunded by themselves.
        auto_refund_time "autoRefundTime": integer, optional;
        /// 退款方式：能否退、怎样退 · Whether and how it can be refunded.
        refund_type "refundType": code(RefundType), required;
        /// 是否支持部分退款；不支持时 refundType 必须为 4 · Whether parts can be refunded; if not, refundType must be 4.
        partly_refund "partlyRefund": flag, required;
        /// 退款说明 · Words about refunds.
        refund_note "refundNote": string, optional;
        /// 当天能否退款（新版接口；由名称推断） ·
        /// Whether it can be refunded on the day itself (newer API; inferred from the name).
        can_refund_current_date "canRefundCurrentDate": flag, optional;
        /// 是否只在当天的时段内受理退款（新版接口；由名称推断） ·
        /// Whether refunds are accepted within hours of the day only (newer API; inferred from the name).
        has_refund_limit_time "hasRefundLimitTime": flag, optional;
        /// 受理退款的起始小时（新版接口；由名称推断） · Hour from which refunds are accepted (newer API; inferred from the name).
        refund_limit_hour_from "refundLimitHourFrom": integer, optional;
        /// 受理退款的起始分钟（新版接口；由名称推断） · Minute from which refunds are accepted (newer API; inferred from the name).
        refund_limit_minute_from "refundLimitMinuteFrom": integer, optional;
        /// 受理退款的截止小时（新版接口；由名称推断） · Hour until which refunds are accepted (newer API; inferred from the name).
        refund_limit_hour_to "refundLimitHourTo": integer, optional;
        /// 受理退款的截止分钟（新版接口；由名称推断） · Minute until which refunds are accepted (newer API; inferred from the name).
        refund_limit_minute_to "refundLimitMinuteTo": integer, optional;
        /// 退款规则；refundType 为 4 时必填 · The refund rules; needed with refundType 4.
        refund_stairs_rules "refundStairsRules": list(object(RefundStairsRule)), optional;
        /// 上架时间：首个销售日 · First day on sale.
        schedule_online_time "scheduleOnlineTime": date, required;
        /// 下架时间：该日 0 点停售 · Day on which the sale ends, at its 0:00.
        schedule_offline_time "scheduleOfflineTime": date, required;
        /// 服务电话 · Service telephones.
        service_phones "servicePhones": list(object(ServicePhone)), required;
        /// 入园地址 · The address of the entrance.
        get_in_addresses "getInAddresses": list(string), required;
        /// 是否需要换票 · Whether the code must be changed for a paper ticket.
        need_ticket "needTicket": flag, required;
        /// 换票方式；needTicket 为真时必填 · Proof to show for the paper ticket; needed with needTicket.
        get_ticket_rule "getTicketRule": object(ProofRule), optional;
        /// 取票地址；needTicket 为真时必填 · The address where guests get the paper ticket; needed with needTicket.
        ticket_get_address "ticketGetAddress": list(string), optional;
        /// 下单多久后自动取消未付款订单，单位分钟：大于 30，最多 120 ·
        /// After how many minutes an unpaid order is cancelled: more than 30, at most 120.
        order_cancel_time "orderCancelTime": integer, optional;
        /// 用户下单时是否回传凭证；不确定填 false · Whether we return codes; false where not certain.
        return_voucher "returnVoucher": flag, required;
        /// 不回传凭证时显示的文案 · A sentence that is shown where no code is returned.
        voucher_text "voucherText": string(20), optional;
        /// 凭证获取形式：入园时出示什么 · Proof to show at the entrance.
        get_voucher_rule "getVoucherRule": object(ProofRule), required;
        /// 总库存，-1 为不限；useDateMode 为 0 时必填 · Stock, -1: unlimited; needed with useDateMode 0.
        stock "stock": integer, optional;
        /// 市场价；useDateMode 为 0 时必填 · Market price; needed with useDateMode 0.
        market_price "marketPrice": yuan, optional;
        /// 美团价；useDateMode 为 0 时必填 · Meituan's sale price; needed with useDateMode 0.
        mt_price "mtPrice": yuan, optional;
        /// 结算价；useDateMode 为 0 时必填 · Settlement price; needed with useDateMode 0.
        settlement_price "settlementPrice": yuan, optional;
        /// 已废除：请用 voucherTimes · Abolished: use voucherTimes.
        voucher_time_begin "voucherTimeBegin": count, optional;
        /// 已废除：请用 voucherTimes · Abolished: use voucherTimes.
        voucher_time_end "voucherTimeEnd": count, optional;
        /// 入园时间，不得重叠，可跨零点 · When guests can enter, without overlaps; may go past midnight.
        voucher_times "voucherTimes": list(3, object(VoucherTime)), optional;
        /// 提前预约类型 · How far ahead it must be booked.
        ahead_hours_type "aheadHoursType": code(AdvanceBookingType), optional;
        /// 提前预约分钟数 · So many minutes.
        ahead_minutes "aheadMinutes": integer, optional;
        /// 以两条规则代替一条：不超过 24 小时的类型 2，加一条类型 3 ·
        /// Two rules instead of one: a type 2 with at most 24 hours, and a type 3.
        ahead_time_rules "aheadTimeRules": list(2, object(AdvanceBookingRule)), optional;
        /// 每身份证限购的天数，0 为不限 · Days for the limit per identity card, 0: no limit.
        id_limit_days "idLimitDays": count, required;
        /// 这些天内每身份证最多购买张数，0 为不限 · Maximum of tickets per identity card in these days, 0: no limit.
        id_limit_count "idLimitCount": count, required;
        /// 每手机号限购的天数，0 为不限 · Days for the limit per mobile number, 0: no limit.
        phone_limit_days "phoneLimitDays": count, required;
        /// 这些天内每手机号最多购买张数，0 为不限 · Maximum of tickets per mobile number in these days, 0: no limit.
        phone_limit_count "phoneLimitCount": count, required;
        /// 最多购买数量，0 为不限 · Maximum of tickets in an order, 0: no limit.
        max_buy_count "maxBuyCount": count, required;
        /// 最少购买数量 · Fewest tickets in an order.
        min_buy_count "minBuyCount": integer(1..2147483647), required;
        /// 产品图片 · Pictures.
        deal_image_infos "dealImageInfos": list(5, object(ProductImage)), optional;
        /// 有效期开始日期；useDateMode 为 0 时必填 · First day of validity; needed with useDateMode 0.
        voucher_date_begin "voucherDateBegin": date, optional;
        /// 有效期结束日期，含当天；useDateMode 为 0 时必填 · Last day of validity, included; needed with useDateMode 0.
        voucher_date_end "voucherDateEnd": date, optional;
        /// 有效期星期设置，默认全无；useDateMode 为 0 时必填 ·
        /// On which weekdays it is valid, none by default; needed with useDateMode 0.
        valid_week_rule "validWeekRule": object(WeekdayRule), optional;
        /// 不可用日期；用于 useDateMode 0 · Days on which it is not valid; with useDateMode 0.
        unavailable_dates "unavailableDates": list(date), optional;
        /// 优惠人群（新版接口；手头文档没有其含义） · Crowds with a discount (newer API; meaning not documented at hand).
        discount_crowds "discountCrowds": raw, optional;
    }

    /// 游玩人信息要求 · Information that a visitor must give.
    VisitorInfoRule {
        /// 姓名 · Name.
        name "name": flag, optional;
        /// 姓名拼音 · Name in pinyin.
        pinyin "pinyin": flag, optional;
        /// 手机号 · Mobile number.
        mobile "mobile": flag, optional;
        /// 地址 · Address.
        address "address": flag, optional;
        /// 邮箱 · E-mail address.
        email "email": flag, optional;
        /// 邮编（新版接口） · Post code (newer API).
        post_code "postCode": flag, optional;
        /// 港澳通行证 · Hong Kong and Macao permit.
        hkmlp "hkmlp": flag, optional;
        /// 大陆居民往来台湾通行证 · Mainland resident's permit for Taiwan.
        tlp "tlp": flag, optional;
        /// 台胞证 · Taiwan compatriot permit.
        mtp "mtp": flag, optional;
        /// 护照 · Passport.
        passport "passport": flag, optional;
        /// 身份证号 · Identity card number.
        credentials "credentials": flag, optional;
    }

    /// 退款规则的一级。有效期产品（useDateMode 0）只有一级 ·
    /// One step of the refund rules. With a validity period (useDateMode 0) there is only one.
    RefundStairsRule {
        /// 退款时间限制类型：从何时起算 · From where the limit is counted.
        refund_time_type "refundTimeType": code(RefundTimeType), required;
        /// 退款时间限制，单位分钟；无限制为 0 · The limit in minutes; 0 where there is none.
        refund_limit_minutes "refundLimitMinutes": count, required;
        /// 退款手续费类型 · The kind of fee.
        refund_fee_mode "refundFeeMode": code(RefundFeeMode), required;
        /// 退款手续费：元，模式 4 时为比例；原样保留 · The fee: yuan, or the share with mode 4; kept as written.
        refund_fee "refundFee": decimal(0..100000000), required;
        /// 退款说明 · Words about it.
        refund_note "refundNote": string, optional;
    }

    /// 服务电话及服务时间 · A service telephone and its hours.
    ServicePhone {
        /// 号码 · The number.
        phone "phone": string, required;
        /// 服务开始的小时，00 至 23 · Hour from which it is served, 00 to 23.
        start_hour "startHour": string, required;
        /// 服务开始的分钟，00 至 59 · Minute from which it is served, 00 to 59.
        start_min "startMin": string, required;
        /// 服务结束的小时，00 至 23 · Hour until which it is served, 00 to 23.
        end_hour "endHour": string, required;
        /// 服务结束的分钟，00 至 59 · Minute until which it is served, 00 to 59.
        end_min "endMin": string, required;
    }

    /// 游客出示什么（换票方式、凭证获取形式） · The proof that a guest shows.
    ProofRule {
        /// 是否需要有效证件 · Whether a valid identity document is needed.
        effective_certificate "effectiveCertificate": flag, optional;
        /// 换票凭证 · Proof to show.
        voucher_loaders "voucherLoaders": list(code(ProofKind)), optional;
        /// 是否需要凭证补充信息 · Whether more is needed.
        need_certificate_supplement "needCertificateSupplement": flag, optional;
        /// 凭证补充信息说明，如学生证 · More proof, such as a student's card.
        certificate_supplement "certificateSupplement": string, optional;
        /// 所列是否须全部出示（新版接口；由名称推断） ·
        /// Whether all that is listed must be shown (newer API; inferred from the name).
        need_all "needAll": flag, optional;
        /// 凭证是否附加文字（新版接口；由名称推断） · Whether words are added to the code (newer API; inferred from the name).
        need_voucher_supplement "needVoucherSupplement": flag, optional;
        /// 附加文字（新版接口） · The words (newer API).
        voucher_supplement "voucherSupplement": string, optional;
    }

    /// 入园时间段 · A time of the day in which guests can enter.
    VoucherTime {
        /// 开始，自零点起的分钟数 · Begin, in minutes from midnight.
        voucher_start_time "voucherStartTime": count, required;
        /// 结束，自零点起的分钟数 · End, in minutes from midnight.
        voucher_end_time "voucherEndTime": count, required;
        /// 是否附加文字 · Whether words are added.
        need_voucher_or_get_in_time_supplement "needVoucherOrGetInTimeSupplement": flag, optional;
        /// 附加文字 · The words.
        voucher_or_get_in_time_supplement "voucherOrGetInTimeSupplement": string, optional;
    }

    /// 提前预约规则 · A rule of advance booking.
    AdvanceBookingRule {
        /// 提前预约类型 · The kind.
        ahead_hours_type "aheadHoursType": code(AdvanceBookingType), required;
        /// 提前预约分钟数；类型 1 为 0 · So many minutes; 0 with type 1.
        ahead_minutes "aheadMinutes": count, required;
    }

    /// 产品图片 · A picture of a product.
    ProductImage {
        /// 名称 · Name.
        image_name "imageName": string, optional;
        /// 地址 · Address.
        image_url "imageUrl": string, required;
        /// 是否首图 · Whether it is the first picture.
        front_image "frontImage": flag, required;
    }

    /// 有效期星期设置：产品在星期几有效 · The weekdays on which a product is valid.
    WeekdayRule {
        /// 星期一 · Monday.
        monday "monday": flag, optional;
        /// 星期二 · Tuesday.
        tuesday "tuesday": flag, optional;
        /// 星期三 · Wednesday.
        wednesday "wednesday": flag, optional;
        /// 星期四 · Thursday.
        thursday "thursday": flag, optional;
        /// 星期五 · Friday.
        friday "friday": flag, optional;
        /// 星期六 · Saturday.
        saturday "saturday": flag, optional;
        /// 星期日 · Sunday.
        sunday "sunday": flag, optional;
    }

    /// 拉取景点 · Sight pull.
    PoiPull {
        /// 拉取方法：`page` 按页，`multi` 按编号 · How sights are chosen: `page` by page, `multi` by number.
        method "method": string, required;
        /// 页码，从 1 起；用于 `page` · Page, from 1; with `page`.
        current_page "currentPage": integer, optional;
        /// 每页景点数；用于 `page` · Sights on a page; with `page`.
        page_size "pageSize": integer, optional;
        /// 商家景点编号；用于 `multi` · Our sight numbers; with `multi`.
        partner_poi_id "partnerPoiId": list(string), optional;
    }

    /// 景点 · A sight.
    Poi {
        /// 合作方编号 · Our number at Meituan.
        partner_id "partnerId": count, required;
        /// 商家景点编号 · Our sight number.
        partner_poi_id "partnerPoiId": string, required;
        /// 名称 · Name.
        name "name": string, required;
        /// 城市 · City.
        city "city": string, optional;
        /// 地址 · Address.
        address "address": string, optional;
        /// 电话 · Telephone.
        phone "phone": string, optional;
        /// 坐标系类型 · Coordinate system of the position.
        loc_type "locType": code(CoordinateSystem), optional;
        /// 经度乘以 10 的 6 次方后取整 · Longitude in millionths of a degree.
        longitude "longitude": integer, optional;
        /// 纬度乘以 10 的 6 次方后取整 · Latitude in millionths of a degree.
        latitude "latitude": integer, optional;
    }

    /// 某产品的编审状态（编审状态通知） · Editorial status of one product.
    ProductStatus {
        /// 合作方产品 id · Our product number.
        partner_deal_id "partnerDealId": string, required;
        /// 产品上线状态 · How far it has come.
        status "status": code(EditorialStatus), required;
        /// 产品审核状态 · Review of the product.
        check_status "checkStatus": code(EditorialCheck), required;
        /// 产品费率审核状态 · Review of the rate.
        ms_ratio_check_status "msRatioCheckStatus": code(EditorialCheck), required;
    }

    /// 查询账户余额 · Balance query.
    BalanceQuery {
        /// 商家产品编号 · Our product numbers.
        partner_deal_ids "partnerDealIds": list(string), required;
    }

    /// 产品所用账户的余额 · Balance of the account that a product is sold from.
    Balance {
        /// 预付款账户余额；-1 表示没有该账户，切勿用 0 表示没有 · Prepaid balance; -1: there is none. Never 0 for none.
        prepaid_account_balance "prepaidAccountBalance": fen, required;
        /// 授信账户余额；-1 表示没有该账户，切勿用 0 表示没有 · Credit balance; -1: there is none. Never 0 for none.
        credit_account_balance "creditAccountBalance": fen, required;
        /// 合作方产品 id · Our product number.
        partner_deal_id "partnerDealId": string, required;
    }
}
