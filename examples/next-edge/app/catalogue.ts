import { codes, type DayPrice, fen, type Product } from "meituan-protocol/ticket";

// Products and prices. Yours to replace: it may as well ask your own service, with fetch.

const GARDEN = "garden-day";
const STOCK_A_DAY = 200;

/** The prices of the days from `first` to `last`, both included. */
export function pricesOf(partnerDealId: string, first: string, last: string): DayPrice[] | undefined {
  if (partnerDealId !== GARDEN) return undefined;
  const days: DayPrice[] = [];
  for (let day = Date.parse(first); day <= Date.parse(last) && days.length < 366; day += 86_400_000) {
    const isWeekend = [0, 6].includes(new Date(day).getUTCDay());
    days.push({
      partnerDealId,
      date: new Date(day).toISOString().slice(0, 10),
      marketPrice: fen(isWeekend ? 6800 : 5800),
      mtPrice: fen(isWeekend ? 6000 : 5000),
      settlementPrice: fen(isWeekend ? 5400 : 4500),
      stock: STOCK_A_DAY,
    });
  }
  return days;
}

export const productsFor = (partnerId: number): Product[] => [
  {
    partnerId,
    partnerDealId: GARDEN,
    title: "植物园日票",
    include: "大门票一张",
    otherNote: "请携带身份证",
    useDateMode: 1,
    visitorInfoType: codes.VisitorInfoType.ONE,
    visitorInfoRule: { name: true, mobile: true },
    refundType: 1,
    partlyRefund: true,
    needTicket: false,
    returnVoucher: true,
    getVoucherRule: {},
    scheduleOnlineTime: "2026-01-01",
    scheduleOfflineTime: "2027-12-31",
    getInAddresses: ["植物园南门"],
    servicePhones: [{ phone: "400-000-0000", startHour: "09", startMin: "00", endHour: "18", endMin: "00" }],
    idLimitDays: 0,
    idLimitCount: 0,
    phoneLimitDays: 0,
    phoneLimitCount: 0,
    maxBuyCount: 10,
    minBuyCount: 1,
  },
];
