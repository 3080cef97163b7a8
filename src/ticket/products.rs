//! The pulls about products, sights, prices and balances. Meituan does not require them (hand-out part two).
//!
//! Fields and values: the field tables of the deal, poi, price, balance and editorial-status pages, as far as they are
//! transcribed in a public implementation of 2016 to 2019.

use super::codes::{
    AdvanceBookingType, AsyncType, CoordinateSystem, EditorialCheck, EditorialStatus, ProofKind, RefundFeeMode, RefundTimeType,
    RefundType, VisitorInfoType,
};

crate::messages! {
    /// Price calendar pull (拉取价格日历).
    PriceCalendarPull {
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
        /// First day (开始日期).
        start_time "startTime": date, required;
        /// Last day (结束日期), included.
        end_time "endTime": date, required;
    }

    /// The price of one day (价格日历).
    DayPrice {
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
        /// The day (日期).
        date "date": date, required;
        /// Market price (市场价).
        market_price "marketPrice": yuan, required;
        /// Meituan's sale price (美团价).
        mt_price "mtPrice": yuan, required;
        /// Settlement price (结算价).
        settlement_price "settlementPrice": yuan, required;
        /// Stock (库存); unlimited stock is sent as 100000000.
        stock "stock": integer, required;
    }

    /// Level price pull (拉取多层价格日历V2).
    LevelPricePull {
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
        /// First day (开始日期).
        start_time "startTime": date, required;
        /// Last day (结束日期), included.
        end_time "endTime": date, required;
        /// Whether the prices are wanted in the reply or by notice.
        async_type "asyncType": code(AsyncType), optional;
    }

    /// Product pull (拉取产品).
    ProductPull {
        /// How products are chosen (拉取方法): `page` by page, `multi` by number.
        method "method": text, required;
        /// Page, from 1; with `page`.
        current_page "currentPage": integer, optional;
        /// Products on a page; with `page`.
        page_size "pageSize": integer, optional;
        /// Our product numbers; with `multi`.
        partner_deal_ids "partnerDealIds": list(text), optional;
    }

    /// A product (产品).
    Product {
        /// Our number at Meituan (供应商id).
        partner_id "partnerId": count, required;
        /// Our product number (合作方产品id).
        partner_deal_id "partnerDealId": text, required;
        /// Our sight number (景点id); several are separated by commas.
        partner_poi_id "partnerPoiId": text, optional;
        /// Title (产品标题).
        title "title": text, required;
        /// Subtitle (产品副标题), at most 512 bytes.
        sub_title "subTitle": text, optional;
        /// What the price includes (费用包含补充说明), plain text.
        include "include": text, required;
        /// What the price does not include (费用不包含), plain text.
        exclude "exclude": text, optional;
        /// Other notes (其他注意事项), plain text.
        other_note "otherNote": text, required;
        /// 0: no booking, valid within a period; n: valid for n days from the booked day (指定产品预约有效期).
        use_date_mode "useDateMode": count, required;
        /// How visitors' information is asked for (游玩人信息类型).
        visitor_info_type "visitorInfoType": code(VisitorInfoType), required;
        /// How many visitors share one information (每多少个人共用一个游客信息); with visitorInfoType 4.
        visitor_info_group_size "visitorInfoGroupSize": count, optional;
        /// What is asked of a visitor (游玩人信息要求).
        visitor_info_rule "visitorInfoRule": object(VisitorInfoRule), required;
        /// When unused orders are refunded by themselves (自动退款时间).
        auto_refund_time "autoRefundTime": integer, optional;
        /// Whether and how it can be refunded (退款方式).
        refund_type "refundType": code(RefundType), required;
        /// Whether parts can be refunded (是否支持部分退款); if not, refundType must be 4.
        partly_refund "partlyRefund": flag, required;
        /// Words about refunds (退款说明).
        refund_note "refundNote": text, optional;
        /// Whether it can be refunded on the day itself (newer API; inferred from the name).
        can_refund_current_date "canRefundCurrentDate": flag, optional;
        /// Whether refunds are taken within hours of the day only (newer API; inferred from the name).
        has_refund_limit_time "hasRefundLimitTime": flag, optional;
        /// Hour from which refunds are taken (newer API; inferred from the name).
        refund_limit_hour_from "refundLimitHourFrom": integer, optional;
        /// Minute from which refunds are taken (newer API; inferred from the name).
        refund_limit_minute_from "refundLimitMinuteFrom": integer, optional;
        /// Hour until which refunds are taken (newer API; inferred from the name).
        refund_limit_hour_to "refundLimitHourTo": integer, optional;
        /// Minute until which refunds are taken (newer API; inferred from the name).
        refund_limit_minute_to "refundLimitMinuteTo": integer, optional;
        /// The refund rules (退款规则); needed with refundType 4.
        refund_stairs_rules "refundStairsRules": list(object(RefundStairsRule)), optional;
        /// First day on sale (上架时间).
        schedule_online_time "scheduleOnlineTime": date, required;
        /// Day on which the sale ends, at its 0:00 (下架时间).
        schedule_offline_time "scheduleOfflineTime": date, required;
        /// Service telephones (服务电话).
        service_phones "servicePhones": list(object(ServicePhone)), required;
        /// Where guests enter (入园地址).
        get_in_addresses "getInAddresses": list(text), required;
        /// Whether the code must be changed for a paper ticket (是否需要换票).
        need_ticket "needTicket": flag, required;
        /// What is shown to get the paper ticket (换票方式); needed with needTicket.
        get_ticket_rule "getTicketRule": object(ProofRule), optional;
        /// Where the paper ticket is got (取票地址); needed with needTicket.
        ticket_get_address "ticketGetAddress": list(text), optional;
        /// After how many minutes an unpaid order is cancelled (下单多久后自动取消订单): more than 30, at most 120.
        order_cancel_time "orderCancelTime": integer, optional;
        /// Whether we return codes (用户下单时是否回传凭证); false where not certain.
        return_voucher "returnVoucher": flag, required;
        /// What is shown where no code is returned (不回传凭证时显示的文案).
        voucher_text "voucherText": text(20), optional;
        /// What is shown to enter (凭证获取形式).
        get_voucher_rule "getVoucherRule": object(ProofRule), required;
        /// Stock (总库存), -1: unlimited; needed with useDateMode 0.
        stock "stock": integer, optional;
        /// Market price (市场价); needed with useDateMode 0.
        market_price "marketPrice": yuan, optional;
        /// Meituan's sale price (美团价); needed with useDateMode 0.
        mt_price "mtPrice": yuan, optional;
        /// Settlement price (结算价); needed with useDateMode 0.
        settlement_price "settlementPrice": yuan, optional;
        /// Abolished: use voucherTimes.
        voucher_time_begin "voucherTimeBegin": count, optional;
        /// Abolished: use voucherTimes.
        voucher_time_end "voucherTimeEnd": count, optional;
        /// When guests can enter (入园时间), without overlaps; may go past midnight.
        voucher_times "voucherTimes": list(3, object(VoucherTime)), optional;
        /// How far ahead it must be booked (提前预约类型).
        ahead_hours_type "aheadHoursType": code(AdvanceBookingType), optional;
        /// So many minutes (提前预约分钟数).
        ahead_minutes "aheadMinutes": integer, optional;
        /// Two rules instead of one: a type 2 with at most 24 hours, and a type 3.
        ahead_time_rules "aheadTimeRules": list(2, object(AdvanceBookingRule)), optional;
        /// Days for the limit per identity card (身份证几天内), 0: no limit.
        id_limit_days "idLimitDays": count, required;
        /// Most tickets per identity card in these days, 0: no limit.
        id_limit_count "idLimitCount": count, required;
        /// Days for the limit per mobile number (每手机号几天内), 0: no limit.
        phone_limit_days "phoneLimitDays": count, required;
        /// Most tickets per mobile number in these days, 0: no limit.
        phone_limit_count "phoneLimitCount": count, required;
        /// Most tickets in an order (最多购买数量), 0: no limit.
        max_buy_count "maxBuyCount": count, required;
        /// Fewest tickets in an order (最少购买数量).
        min_buy_count "minBuyCount": integer(1..2147483647), required;
        /// Pictures (产品图片).
        deal_image_infos "dealImageInfos": list(5, object(ProductImage)), optional;
        /// First day of validity (有效期开始日期); needed with useDateMode 0.
        voucher_date_begin "voucherDateBegin": date, optional;
        /// Last day of validity (有效期结束日期), included; needed with useDateMode 0.
        voucher_date_end "voucherDateEnd": date, optional;
        /// On which weekdays it is valid (有效期星期设置), none by default; needed with useDateMode 0.
        valid_week_rule "validWeekRule": object(WeekdayRule), optional;
        /// Days on which it is not valid (不可用日期); with useDateMode 0.
        unavailable_dates "unavailableDates": list(date), optional;
        /// Crowds with a discount (newer API; meaning not documented at hand).
        discount_crowds "discountCrowds": raw, optional;
    }

    /// What is asked of a visitor (游玩人信息要求).
    VisitorInfoRule {
        /// Name.
        name "name": flag, optional;
        /// Name in pinyin.
        pinyin "pinyin": flag, optional;
        /// Mobile number.
        mobile "mobile": flag, optional;
        /// Address.
        address "address": flag, optional;
        /// E-mail address.
        email "email": flag, optional;
        /// Post code (newer API).
        post_code "postCode": flag, optional;
        /// Hong Kong and Macao permit (港澳通行证).
        hkmlp "hkmlp": flag, optional;
        /// Mainland resident's permit for Taiwan (大陆居民往来台湾通行证).
        tlp "tlp": flag, optional;
        /// Taiwan compatriot permit (台胞证).
        mtp "mtp": flag, optional;
        /// Passport.
        passport "passport": flag, optional;
        /// Identity card number (身份证号).
        credentials "credentials": flag, optional;
    }

    /// One step of the refund rules (退款规则). With a validity period (useDateMode 0) there is only one.
    RefundStairsRule {
        /// From where the limit is counted (退款时间限制类型).
        refund_time_type "refundTimeType": code(RefundTimeType), required;
        /// The limit in minutes (退款时间限制); 0 where there is none.
        refund_limit_minutes "refundLimitMinutes": count, required;
        /// What it costs (退款手续费类型).
        refund_fee_mode "refundFeeMode": code(RefundFeeMode), required;
        /// The fee (退款手续费): yuan, or the share with mode 4; kept as written.
        refund_fee "refundFee": decimal(0..100000000), required;
        /// Words about it (退款说明).
        refund_note "refundNote": text, optional;
    }

    /// A service telephone and its hours (服务电话).
    ServicePhone {
        /// The number.
        phone "phone": text, required;
        /// Hour from which it is served, 00 to 23.
        start_hour "startHour": text, required;
        /// Minute from which it is served, 00 to 59.
        start_min "startMin": text, required;
        /// Hour until which it is served, 00 to 23.
        end_hour "endHour": text, required;
        /// Minute until which it is served, 00 to 59.
        end_min "endMin": text, required;
    }

    /// What a guest shows (换票方式, 凭证获取形式).
    ProofRule {
        /// Whether a valid identity document is needed (是否需要有效证件).
        effective_certificate "effectiveCertificate": flag, optional;
        /// What is shown (换票凭证).
        voucher_loaders "voucherLoaders": list(code(ProofKind)), optional;
        /// Whether more is needed (是否需要凭证补充信息).
        need_certificate_supplement "needCertificateSupplement": flag, optional;
        /// What more (凭证补充信息说明), such as a student's card.
        certificate_supplement "certificateSupplement": text, optional;
        /// Whether all that is listed must be shown (newer API; inferred from the name).
        need_all "needAll": flag, optional;
        /// Whether words are added to the code (newer API; inferred from the name).
        need_voucher_supplement "needVoucherSupplement": flag, optional;
        /// The words (newer API).
        voucher_supplement "voucherSupplement": text, optional;
    }

    /// A time of the day in which guests can enter (入园时间).
    VoucherTime {
        /// Begin, in minutes from midnight.
        voucher_start_time "voucherStartTime": count, required;
        /// End, in minutes from midnight.
        voucher_end_time "voucherEndTime": count, required;
        /// Whether words are added.
        need_voucher_or_get_in_time_supplement "needVoucherOrGetInTimeSupplement": flag, optional;
        /// The words.
        voucher_or_get_in_time_supplement "voucherOrGetInTimeSupplement": text, optional;
    }

    /// A rule of advance booking (提前预约).
    AdvanceBookingRule {
        /// The kind (提前预约类型).
        ahead_hours_type "aheadHoursType": code(AdvanceBookingType), required;
        /// So many minutes (提前预约分钟数); 0 with type 1.
        ahead_minutes "aheadMinutes": count, required;
    }

    /// A picture of a product (产品图片).
    ProductImage {
        /// Name.
        image_name "imageName": text, optional;
        /// Address.
        image_url "imageUrl": text, required;
        /// Whether it is the first picture (首图).
        front_image "frontImage": flag, required;
    }

    /// The weekdays on which a product is valid (有效期星期设置).
    WeekdayRule {
        /// Monday.
        monday "monday": flag, optional;
        /// Tuesday.
        tuesday "tuesday": flag, optional;
        /// Wednesday.
        wednesday "wednesday": flag, optional;
        /// Thursday.
        thursday "thursday": flag, optional;
        /// Friday.
        friday "friday": flag, optional;
        /// Saturday.
        saturday "saturday": flag, optional;
        /// Sunday.
        sunday "sunday": flag, optional;
    }

    /// Sight pull (拉取景点).
    PoiPull {
        /// How sights are chosen (拉取方法): `page` by page, `multi` by number.
        method "method": text, required;
        /// Page, from 1; with `page`.
        current_page "currentPage": integer, optional;
        /// Sights on a page; with `page`.
        page_size "pageSize": integer, optional;
        /// Our sight numbers; with `multi`.
        partner_poi_id "partnerPoiId": list(text), optional;
    }

    /// A sight (景点).
    Poi {
        /// Our number at Meituan.
        partner_id "partnerId": count, required;
        /// Our sight number (商家景点编号).
        partner_poi_id "partnerPoiId": text, required;
        /// Name (名称).
        name "name": text, required;
        /// City (城市).
        city "city": text, optional;
        /// Address (地址).
        address "address": text, optional;
        /// Telephone (电话).
        phone "phone": text, optional;
        /// Coordinate system of the position (坐标系类型).
        loc_type "locType": code(CoordinateSystem), optional;
        /// Longitude in millionths of a degree (经度的10的6次方取整).
        longitude "longitude": integer, optional;
        /// Latitude in millionths of a degree (纬度的10的6次方取整).
        latitude "latitude": integer, optional;
    }

    /// Editorial status of one product (编审状态通知).
    ProductStatus {
        /// Our product number (合作方产品ID).
        partner_deal_id "partnerDealId": text, required;
        /// How far it has come (产品上线状态).
        status "status": code(EditorialStatus), required;
        /// Review of the product (产品审核状态).
        check_status "checkStatus": code(EditorialCheck), required;
        /// Review of the rate (产品费率审核状态).
        ms_ratio_check_status "msRatioCheckStatus": code(EditorialCheck), required;
    }

    /// Balance query (查询账户余额).
    BalanceQuery {
        /// Our product numbers (商家产品编号).
        partner_deal_ids "partnerDealIds": list(text), required;
    }

    /// Balance of the account that a product is sold from (账户余额).
    Balance {
        /// Prepaid balance (预付款账户余额); -1: there is none. Never 0 for none.
        prepaid_account_balance "prepaidAccountBalance": fen, required;
        /// Credit balance (授信账户余额); -1: there is none. Never 0 for none.
        credit_account_balance "creditAccountBalance": fen, required;
        /// Our product number (合作方产品id).
        partner_deal_id "partnerDealId": text, required;
    }
}
