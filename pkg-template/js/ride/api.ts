// How the ride API's pushes are answered where the user's functions do not.

import { ResultCode } from "../generated/ride-codes.js";
import { interfaces } from "../generated/ride-messages.js";
import { notServed, systemFailure } from "../generated/texts.js";
import type { Api } from "../handler/endpoint.js";
import { rideOrderService } from "./order-service.js";
import { failure, OTHER_PUSH } from "./received-push.js";

/** There are some twenty. */
const MAX_BUSINESSES = 100;

export const RIDE: Api = {
  limitMs: 5_000,
  isSigned: false,
  unknownOutcomes: [],
  about: ({ type, body, deduplicationKey }) => ({
    ...(body.mtOrderId !== undefined && { orderId: body.mtOrderId }),
    call: type,
    key: deduplicationKey,
  }),
  names: [...interfaces.filter(({ direction }) => direction === "toEnterprise").map(({ name }) => name), OTHER_PUSH],
  unavailable: () => failure(ResultCode.SYSTEM_ERROR, systemFailure).toResponse(),
  unread: () => failure(ResultCode.SYSTEM_ERROR, systemFailure).toResponse(),
  // A failure would make Meituan push every order of every business again.
  unserved: (push) => (push.type === OTHER_PUSH ? push.ok() : push.fail(ResultCode.ILLEGAL_API_ACCESS, notServed)),
  reports: () => {
    /** The other businesses that were reported. */
    const known = new Set<unknown>();
    return ({ type, body }) => type !== OTHER_PUSH || (known.size < MAX_BUSINESSES && known.size < known.add(body.sqtType).size);
  },
  broken: (push) => push.fail(ResultCode.SYSTEM_ERROR, systemFailure),
  observe: undefined,
  orderService: rideOrderService,
};
