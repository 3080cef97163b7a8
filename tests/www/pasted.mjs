// The same request as people have it at hand: copied from browsers and tools, and printed by programs.

const lines = (...list) => list.join("\n");
const quoted = (text) => JSON.stringify(text);
const json = (value) => JSON.stringify(value, null, 2);
const caret = (text) =>
  `^"${text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replace(/[^\w\s\-:=+~'/.',?;()*`]/g, "^$&")
    .replace(/\r?\n/g, "^\n\n")}^"`;
const powershell = (text) => `"${text.replace(/["`$]/g, "`$&")}"`;

/** What other lines of a log look like, with dates and addresses of their own. */
const NOISE = "Wed, 01 Jan 2025 00:00:00 GMT";
const answer = (date = NOISE) => [`Date: ${date}`, "Content-Type: application/json", "Server: nginx"];

/** @type {Record<string, (request: { method: string, url: string, path: string, host: string, date: string, authorization: string, partnerId: string, body: string }) => string>} */
export const FORMATS = {
  // Commands
  "curl, bash": ({ url, date, authorization, body }) =>
    `curl '${url}' \\\n  -H 'date: ${date}' \\\n  -H 'authorization: ${authorization}' \\\n  --data-raw $'${body.replaceAll("'", "\\'")}' \\\n  --compressed`,
  "curl, cmd of Chrome": ({ url, date, authorization, body }) =>
    `curl ${caret(url)} ^\n  -H ${caret(`date: ${date}`)} ^\n  -H ${caret(`authorization: ${authorization}`)} ^\n  --data-raw ${caret(body)}`,
  "curl, cmd with plain quotes": ({ url, date, authorization, body }) =>
    `C:\\Users\\me>curl "${url}" ^\r\n  -H "Date: ${date}" ^\r\n  -H "Authorization: ${authorization}" ^\r\n  -d "${body.replaceAll('"', '\\"')}"`,
  "curl.exe, PowerShell": ({ url, date, authorization, body }) =>
    `PS C:\\> curl.exe -X POST ${powershell(url)} \`\n  -H ${powershell(`Date: ${date}`)} \`\n  -H 'Authorization: ${authorization}' \`\n  -d '${body}'`,
  "curl with options that take values": ({ url, date, authorization }) =>
    `$ time=1 && curl -sSk -m 10 --connect-timeout 5 --resolve a:443:1.2.3.4 -o out.json -XPOST -H'Date: ${date}' -H "Authorization: ${authorization}" --cacert ca.pem ${url}`.replace(
      "$ time=1 && ",
      "$ ",
    ),
  wget: ({ url, date, authorization, body }) =>
    `wget --quiet -O - --header='Date: ${date}' --header "Authorization: ${authorization}" --post-data='${body}' ${url}`,
  httpie: ({ url, date, authorization }) => `http POST ${url} Date:'${date}' Authorization:'${authorization}' partnerId=1122`,
  "PowerShell of Chrome": ({ url, host, path, date, authorization, body }) =>
    lines(
      "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession",
      '$session.UserAgent = "Mozilla/5.0"',
      `Invoke-WebRequest -UseBasicParsing -Uri ${powershell(url)} \``,
      '-Method "POST" `',
      "-WebSession $session `",
      "-Headers @{",
      `"authority"="${host}"`,
      `  "path"="${path}"`,
      `  "authorization"=${powershell(authorization)}`,
      `  "date"=${powershell(date)}`,
      '  "referer"="https://another.example/page"',
      "} `",
      '-ContentType "application/json" `',
      `-Body ${powershell(body)}`,
    ),
  // Code
  "fetch of Chrome": ({ url, date, authorization, body }) =>
    `fetch(${quoted(url)}, ${json({ headers: { authorization, date }, referrer: "https://another.example/", body, method: "POST", mode: "cors" })});`,
  "fetch as it is written": ({ url, date, authorization }) =>
    `const response = await fetch('${url}', {\n  method: 'POST',\n  headers: { Date: '${date}', Authorization: '${authorization}' },\n  body: JSON.stringify({ url: "https://another.example/notify" }),\n});`,
  axios: ({ url, date, authorization }) =>
    `axios.post("${url}", data, { headers: { "Date": "${date}", "Authorization": "${authorization}" } })`,
  "OkHttp's builder": ({ url, date, authorization }) =>
    `new Request.Builder().url("${url}").addHeader("Date", "${date}").addHeader("Authorization", "${authorization}").method("POST", body).build();`,
  "Python requests": ({ url, date, authorization }) =>
    `requests.post('${url}', headers={'Date': '${date}', 'Authorization': '${authorization}'}, data=body)`,
  "options of Node": ({ path, host, date, authorization }) =>
    `{\n  hostname: '${host}',\n  path: '${path}',\n  method: 'POST',\n  headers: { date: '${date}', authorization: '${authorization}' }\n}`,
  "raw headers of Node": ({ path, date, authorization }) =>
    `POST ${path} [ 'Date', '${date}', 'PartnerId', '1122', 'Authorization', '${authorization}' ]`,
  // The text of HTTP
  "raw HTTP": ({ method, path, host, date, authorization, body }) =>
    lines(`${method} ${path} HTTP/1.1`, `Host: ${host}`, `Date: ${date}`, `Authorization: ${authorization}`, "", body),
  "curl -v": ({ method, path, host, date, authorization }) =>
    lines(
      `* Connected to ${host} (1.2.3.4) port 443`,
      `> ${method} ${path} HTTP/1.1`,
      `> Host: ${host}`,
      `> Date: ${date}`,
      "* upload completely sent off",
      `> Authorization: ${authorization}`,
      "> Accept: */*",
      "> ",
      "< HTTP/1.1 401 Unauthorized",
      ...answer().map((line) => `< ${line}`),
      "< ",
      '{"code":401}',
    ),
  "a command and what curl -v printed": ({ method, url, path, host, date, authorization }) =>
    lines(
      `$ curl -v -H "Date: $DATE" -H "Authorization: $AUTH" ${url}`,
      `> ${method} ${path} HTTP/2`,
      `> host: ${host}`,
      `> date: ${date}`,
      `> authorization: ${authorization}`,
      ">",
      "< HTTP/2 401",
      `< date: ${NOISE}`,
    ),
  OkHttp: ({ url, date, authorization, body }) =>
    lines(
      `--> POST ${url} http/1.1`,
      "Content-Type: application/json; charset=utf-8",
      `Date: ${date}`,
      `Authorization: ${authorization}`,
      "",
      body,
      "--> END POST (52-byte body)",
      `<-- 401 Unauthorized ${url} (20ms)`,
      ...answer(),
      "<-- END HTTP (12-byte body)",
    ),
  "OkHttp in logcat": ({ url, date, authorization }) =>
    lines(
      ...[`--> POST ${url} (52-byte body)`, `Date: ${date}`, `Authorization: ${authorization}`, "--> END POST"].map(
        (line) => `2026-01-01 10:34:20.123  1234-1234  okhttp.OkHttpClient  I  ${line}`,
      ),
      `2026-01-01 10:34:20.145  1234-1234  okhttp.OkHttpClient  I  <-- 401 ${url}`,
      ...answer().map((line) => `2026-01-01 10:34:20.145  1234-1234  okhttp.OkHttpClient  I  ${line}`),
    ),
  Feign: ({ url, date, authorization }) =>
    lines(
      ...[`---> POST ${url} HTTP/1.1`, `Authorization: ${authorization}`, `Date: ${date}`, "---> END HTTP (52-byte body)"].map(
        (line) => `2026-01-01 10:34:20.123 DEBUG 1 --- [nio-8080-exec-1] c.e.NoticeApi : [NoticeApi#consume] ${line}`,
      ),
      "2026-01-01 10:34:20.223 DEBUG 1 --- [nio-8080-exec-1] c.e.NoticeApi : [NoticeApi#consume] <--- HTTP/1.1 401 (100ms)",
      `2026-01-01 10:34:20.223 DEBUG 1 --- [nio-8080-exec-1] c.e.NoticeApi : [NoticeApi#consume] date: ${NOISE}`,
    ),
  "Apache HttpClient": ({ path, host, date, authorization }) =>
    lines(
      ...[`POST ${path} HTTP/1.1`, `Host: ${host}`, `Date: ${date}`, `Authorization: ${authorization}`].map(
        (line) => `10:34:20.123 [main] DEBUG org.apache.http.headers - http-outgoing-0 >> ${line}`,
      ),
      "10:34:20.223 [main] DEBUG org.apache.http.headers - http-outgoing-0 << HTTP/1.1 401 Unauthorized",
      `10:34:20.223 [main] DEBUG org.apache.http.headers - http-outgoing-0 << Date: ${NOISE}`,
    ),
  "Apache HttpClient's wire": ({ path, date, authorization }) =>
    lines(
      ...[`POST ${path} HTTP/1.1`, `Date: ${date}`, `Authorization: ${authorization}`].map(
        (line) => `DEBUG org.apache.http.wire - http-outgoing-0 >> "${line}[\\r][\\n]"`,
      ),
      `DEBUG org.apache.http.wire - http-outgoing-0 << "Date: ${NOISE}[\\r][\\n]"`,
    ),
  "Python's http.client": ({ path, host, date, authorization }) =>
    `send: b'POST ${path} HTTP/1.1\\r\\nHost: ${host}\\r\\nDate: ${date}\\r\\nAuthorization: ${authorization}\\r\\n\\r\\n'\nreply: 'HTTP/1.1 401 Unauthorized\\r\\n'\nheader: Date: ${NOISE}`,
  // Files of tools
  HAR: ({ method, url, date, authorization, body }) =>
    json({
      log: {
        entries: [
          { request: { method: "GET", url: "https://another.example/", headers: [{ name: "Date", value: NOISE }] } },
          {
            startedDateTime: "2026-01-01T10:34:20.123Z",
            request: {
              ...{ method, url, httpVersion: "HTTP/1.1", postData: { mimeType: "application/json", text: body } },
              headers: [
                { name: "Date", value: date },
                { name: "Authorization", value: authorization },
              ],
            },
            response: { status: 401, headers: [{ name: "Date", value: NOISE }] },
          },
        ],
      },
    }),
  "Postman's collection": ({ url, date, authorization, body }) =>
    json({
      name: "notice",
      request: {
        method: "POST",
        header: [
          { key: "Date", value: date, type: "text" },
          { key: "Authorization", value: authorization, type: "text" },
        ],
        body: { mode: "raw", raw: body },
        url: { raw: url, protocol: "https", host: ["connectivity-adapter", "meituan", "com"], path: ["rhone", "mtp"] },
      },
      response: [],
    }),
  "Postman's console": ({ url, date, authorization, body }) =>
    `POST ${url}\n${json({ "Request Headers": { date, authorization, "content-type": "application/json" }, "Request Body": body, "Response Headers": { date: NOISE } })}`,
  "headers of the browser's tools": ({ url, date, authorization }) =>
    lines(
      ...["General", `Request URL: ${url}`, "Request Method: POST", "Status Code: 401 Unauthorized"],
      ...["Response Headers", `date: ${NOISE}`, "server: nginx"],
      ...[
        "Request Headers",
        "accept: */*",
        `authorization: ${authorization}`,
        `date: ${date}`,
        "referer: https://another.example/",
      ],
    ),
  "headers of the browser's tools, a name a line": ({ url, date, authorization }) =>
    lines("Request URL:", url, "Request Method:", "POST", "Authorization:", authorization, "Date:", date),
  // Logs
  "a map of Java": ({ path, date, authorization }) =>
    `2026-01-01 10:34:20.123 INFO [http-nio-8080-exec-1] c.e.Filter : uri=${path}, method=POST, headers={date=${date}, partnerid=1122, authorization=${authorization}}, cost=12`,
  "a map of Java, the other way round": ({ path, date, authorization }) =>
    `request: POST ${path} headers={authorization=${authorization}, date=${date}} response: 401 headers={date=${NOISE}}`,
  "HttpHeaders of Spring": ({ url, date, authorization }) =>
    `Sending POST ${url}, headers=[Accept:"application/json", Date:"${date}", Authorization:"${authorization}"]`,
  "HttpHeaders of Spring, older": ({ path, date, authorization }) =>
    `HttpHeaders: {Date=[${date}], Authorization=[${authorization}], host=[supplier.example]} uri=${path}`,
  "the request filter of Spring": ({ path, date, authorization, body }) =>
    `Before request [POST ${path}, client=10.0.0.1, headers=[date:"${date}", authorization:"${authorization}", host:"supplier.example"], payload=${body}]`,
  "a record of Lombok": ({ path, date, authorization }) =>
    `GatewayRequest(method=POST, path=${path}, headers={Host=supplier.example, Date=${date}, Authorization=${authorization}}, body=null)`,
  "the request dumper of Tomcat": ({ path, date, authorization }) =>
    lines(
      ...[`requestURI=${path}`, "method=POST", `header=date=${date}`, `header=authorization=${authorization}`].map(
        (line) => `01-Jan-2026 10:34:20.123 INFO [http-nio-8080-exec-1] doLog http-nio-8080-exec-1 ${line}`,
      ),
    ),
  "a map of Go": ({ path, date, authorization }) =>
    `2026/01/01 10:34:20 method=POST uri=${path} header=map[Accept:[*/*] Authorization:[${authorization}] Date:[${date}] Partnerid:[1122]]`,
  "a dictionary of Python": ({ path, date, authorization }) =>
    `INFO:app:POST ${path} {'Host': 'supplier.example', 'Date': '${date}', 'Authorization': '${authorization}'}`,
  "print_r of PHP": ({ path, date, authorization }) =>
    lines(
      ...["Array", "(", "    [REQUEST_METHOD] => POST", `    [REQUEST_URI] => ${path}`, `    [HTTP_DATE] => ${date}`],
      ...[`    [HTTP_AUTHORIZATION] => ${authorization}`, ")"],
    ),
  "var_dump of PHP": ({ path, date, authorization }) =>
    lines(
      ...[
        "array(4) {",
        '  ["REQUEST_METHOD"]=>',
        '  string(4) "POST"',
        '  ["REQUEST_URI"]=>',
        `  string(${path.length}) "${path}"`,
      ],
      ...['  ["HTTP_DATE"]=>', `  string(29) "${date}"`, '  ["HTTP_AUTHORIZATION"]=>', `  string(45) "${authorization}"`, "}"],
    ),
  "json_encode of PHP": ({ path, date, authorization }) =>
    JSON.stringify({ uri: path, method: "POST", headers: { date: [date], authorization: [authorization] } }).replaceAll("/", "\\/"),
  "Gson of Java": ({ path, date, authorization }) =>
    JSON.stringify({ requestUri: path, method: "POST", headers: { date, authorization } }).replaceAll("=", "\\u003d"),
  "nginx, a format of its own": ({ path, date, authorization }) =>
    `10.0.0.1 - - [01/Jan/2026:18:34:20 +0800] "POST ${path} HTTP/1.1" 401 52 "-" "okhttp/4.9" "${date}" "${authorization}"`,
  "nginx, named": ({ path, host, date, authorization }) =>
    `time="2026-01-01T10:34:20+08:00" host=${host} request="POST ${path} HTTP/1.1" status=401 http_date="${date}" http_authorization="${authorization}" http_referer="https://another.example/"`,
  "nginx, JSON": ({ path, date, authorization }) =>
    JSON.stringify({
      ...{ "@timestamp": "2026-01-01T10:34:20+08:00", request: `POST ${path} HTTP/1.1`, status: 401 },
      ...{ http_date: date, http_authorization: authorization, http_referer: "https://another.example/" },
    }),
  "a JSON line with a date of its own": ({ path, date, authorization, body }) =>
    JSON.stringify({
      ...{ date: "2026-01-01T10:34:20.123Z", level: "INFO", callback: "https://another.example/notify" },
      ...{
        req: { method: "POST", url: path, headers: { date, authorization } },
        body: { ...JSON.parse(body), date: "2026-10-01" },
      },
    }),
  "JSON within a string": ({ path, date, authorization }) =>
    JSON.stringify({
      level: "info",
      message: `in: ${JSON.stringify({ uri: path, method: "POST", headers: { date, authorization } })}`,
    }),
  "JSON cut out of a string": ({ path, date, authorization }) =>
    `\\"uri\\":\\"${path}\\",\\"method\\":\\"POST\\",\\"headers\\":{\\"date\\":\\"${date}\\",\\"authorization\\":\\"${authorization}\\"}`,
  logfmt: ({ path, date, authorization }) =>
    `date=2026-01-01T10:34:20Z level=info method=POST uri=${path} http_date="${date}" authorization="${authorization}"`,
  YAML: ({ path, date, authorization }) =>
    lines("method: POST", `url: ${path}`, "headers:", `  Date: ${date}`, `  Authorization: ${authorization}`),
  "a log without the method": ({ path, date, authorization }) =>
    `uri=${path} headers={date=${date}, authorization=${authorization}}`,
};

/** What does not hold the whole request, with what cannot be read of it. */
export const PARTS = {
  "headers alone": [({ date, authorization }) => `Date: ${date}\nAuthorization: ${authorization}`, ["url"]],
  "a log without the address": [({ date, authorization }) => `headers={date=${date}, authorization=${authorization}}`, ["url"]],
  "a line of nginx's usual format": [
    ({ path }) => `10.0.0.1 - - [01/Jan/2026:18:34:20 +0800] "POST ${path} HTTP/1.1" 401 52 "-" "okhttp/4.9"`,
    ["date", "authorization"],
  ],
  "a log with the date of the line alone": [
    ({ path, authorization }) => `date=2026-01-01T10:34:20Z method=POST uri=${path} authorization="${authorization}"`,
    ["date"],
  ],
  "a log that hides the signature": [
    ({ path, date }) => `POST ${path} headers={date=${date}, authorization=MWS vector-client:******}`,
    ["authorization"],
  ],
  "OkHttp that hides the signature": [
    ({ url, date }) => `--> POST ${url} http/1.1\nDate: ${date}\nAuthorization: ██\n--> END POST`,
    ["authorization"],
  ],
  "a log that cuts the signature": [
    ({ path, date, authorization }) => `POST ${path} headers={date=${date}, authorization=${authorization.slice(0, -9)}`,
    ["authorization"],
  ],
  "HAR as Chrome cleans it": [
    ({ method, url, date }) => json({ log: { entries: [{ request: { method, url, headers: [{ name: "Date", value: date }] } }] } }),
    ["authorization"],
  ],
  "a command with variables": [
    ({ url }) => `curl -X POST ${url} -H "Date: $(date -u)" -H "Authorization: MWS $ID:$SIGNATURE"`,
    ["date", "authorization"],
  ],
  "a command of cmd with variables": [
    ({ url, date }) => `curl "${url}" ^\n -H "Date: ${date}" ^\n -H "Authorization: MWS %ID%:%SIGN%" ^\n -d "{}"`,
    ["authorization"],
  ],
  "Postman with variables": [
    ({ date }) => `POST {{host}}/rhone HTTP/1.1\nDate: ${date}\nAuthorization: MWS {{id}}:{{sign}}\n\n`,
    ["url", "authorization"],
  ],
  "code that computes": [
    ({ url }) => `fetch("${url}", { method: "POST", headers: { Date: date, Authorization: "MWS " + id + ":" + sign(date) } })`,
    ["date", "authorization"],
  ],
};
