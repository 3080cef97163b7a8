import type { Fen } from "../generated/messages.js";

/** An amount in whole fen (1/100 yuan): `fen(58000)` is 580 yuan. Anything but a whole number throws `INVALID_MONEY`. */
export declare function fen(amount: number): Fen;
/** An amount from decimal yuan, exactly: `yuan("580.00")`. More than two places (0.1 + 0.2 has) throw `INVALID_MONEY`. */
export declare function yuan(amount: string | number): Fen;
/** An amount as yuan with two places: `formatYuan(fen(58000))` is `"580.00"`. */
export declare function formatYuan(amount: Fen): string;
