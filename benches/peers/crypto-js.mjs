import CryptoJS from "crypto-js";

const { AES, HmacSHA1, enc, lib, mode, pad } = CryptoJS;

/** HMAC-SHA1 in Base64. @param {string} secret */
export function signer(secret) {
  const key = enc.Utf8.parse(secret);
  const sign = (/** @type {string} */ text) => HmacSHA1(text, key).toString(enc.Base64);
  return {
    sign,
    /** @param {string} text @param {string} signature */
    verify(text, signature) {
      const expected = sign(text);
      if (expected.length !== signature.length) return false;
      let difference = 0;
      for (let index = 0; index < expected.length; index++) difference |= expected.charCodeAt(index) ^ signature.charCodeAt(index);
      return difference === 0;
    },
  };
}

/** The ride envelope. @param {string} secretKey Base64 of 16 bytes */
export function envelope(secretKey) {
  const key = enc.Base64.parse(secretKey);
  const how = { mode: mode.ECB, padding: pad.Pkcs7 };
  return {
    /** @param {string} text */
    seal: (text) => AES.encrypt(enc.Utf8.parse(text), key, how).ciphertext.toString(enc.Base64url),
    /** @param {string} content */
    open(content) {
      const ciphertext = enc.Base64url.parse(content);
      return AES.decrypt(lib.CipherParams.create({ ciphertext }), key, how).toString(enc.Utf8);
    },
  };
}
