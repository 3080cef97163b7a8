// Signed with the secret of Meituan's published example, over a date in Beijing time.

export const EXAMPLE = {
  secret: "123456ce8b61f8e608eaf2e9702864a9",
  request: `curl 'https://connectivity-adapter.meituan.com/rhone/mtp/api/order/consume/notice' \\
  -H 'PartnerId: 1122' \\
  -H 'Date: Wed, 06 May 2015 10:34:20 GMT' \\
  -H 'Authorization: MWS example-client:mONv+j9owktvbyUVp1ph5DCFZD0=' \\
  -H 'Content-Type: application/json; charset=utf-8' \\
  --data '{"partnerId":1122,"body":{"orderId":1453361297221,"partnerOrderId":"211602"}}'`,
} as const;
