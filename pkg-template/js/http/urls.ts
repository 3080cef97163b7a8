// URLs as frameworks have them, made into path and query.

import { unexpected } from "../values/faults.js";
import { isUrl } from "../values/kinds.js";

/** Path and query of an absolute URL, or of one that is only these. */
export function uriOf(url: unknown) {
  const text = typeof url === "string" ? url : isUrl(url) ? url.href : unexpected("url", url, "a URL, or a path", "URL 或路径");
  const fragment = text.indexOf("#");
  const whole = fragment < 0 ? text : text.slice(0, fragment);
  if (whole.startsWith("/")) return whole;
  const host = whole.indexOf("://");
  const path = host < 0 ? -1 : whole.slice(host + 3).search(/[/?]/);
  if (path < 0) return host < 0 ? whole : "/";
  const uri = whole.slice(host + 3 + path);
  return uri.startsWith("?") ? `/${uri}` : uri;
}

export function pathOf(uri: string) {
  const query = uri.indexOf("?");
  return query < 0 ? uri : uri.slice(0, query);
}
