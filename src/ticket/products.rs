//! The pulls about products, sights, prices and balances. Meituan does not require them (hand-out part two).

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
        async_type "asyncType": code(super::codes::AsyncType), optional;
    }

    /// Product pull (拉取产品).
    ProductPull {
        /// How products are chosen: `page` or `multi`.
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
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
    }

    /// Sight pull (拉取景点).
    PoiPull {
        /// How sights are chosen: `page` or `multi`.
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
        /// Our sight number (商家景点编号).
        partner_poi_id "partnerPoiId": text, required;
    }

    /// Editorial status of one product (编审状态通知).
    ProductStatus {
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
        /// State (状态).
        status "status": integer, required;
    }

    /// Balance query (查询账户余额).
    BalanceQuery {
        /// Our product numbers (商家产品编号).
        partner_deal_ids "partnerDealIds": list(text), required;
    }

    /// Balance of the account that a product is sold from (账户余额).
    Balance {
        /// Prepaid balance in fen (预存款余额); -1: there is none. Never 0 for none.
        prepaid_account_balance "prepaidAccountBalance": fen, required;
        /// Credit balance in fen (信用余额); -1: there is none. Never 0 for none.
        credit_account_balance "creditAccountBalance": fen, required;
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
    }
}
