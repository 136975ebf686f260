-- What wrk asks and how it notes the answers. Files and numbers come from the environment:
--   LOAD_ASKED   one question a line: kind, address; asked in this order, again and again
--   LOAD_WRITES  one a line, sent once: key, address, cookies, CSRF token, body
--   LOAD_SEEN    what came back, a line each: id, kind, status, microseconds, kept, may come back
--   LOAD_STEP    a number that tells this step of the run from the others
-- wrk plays the outermost proxy: it names visitors of many addresses and numbers the requests.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long sec; long nsec; } load_time;
  int clock_gettime(int clock, load_time *time);
]]
local MONOTONIC = 1
local ADDRESSES = 2000
local HOST = os.getenv("LOAD_HOST")

local time = ffi.new("load_time")
local function now()
  ffi.C.clock_gettime(MONOTONIC, time)
  return tonumber(time.sec) * 1e6 + tonumber(time.nsec) / 1e3
end

local function lines(path)
  local found = {}
  for line in io.lines(path) do
    local fields = {}
    for field in (line .. "\t"):gmatch("([^\t]*)\t") do fields[#fields + 1] = field end
    found[#found + 1] = fields
  end
  return found
end

local asked, writes, seen, step
local place, first, written, number = 0, 0, 0, 0
local sent = {}

function init(args)
  asked, writes = lines(os.getenv("LOAD_ASKED")), lines(os.getenv("LOAD_WRITES"))
  seen, step = io.open(os.getenv("LOAD_SEEN"), "w"), os.getenv("LOAD_STEP")
  -- Each step begins elsewhere, so that none finds only what the one before has asked.
  place = math.floor(tonumber(os.getenv("LOAD_PLACE")) * #asked)
  first = math.floor(tonumber(os.getenv("LOAD_PLACE")) * #writes)
end

-- The portal takes ids of requests in the form of a UUID only.
local function headers(kind, id)
  number = number + 1
  local guid = string.format("%032x", number)
  sent[guid] = { kind, now(), id }
  local visitor = number * 7 % ADDRESSES
  return {
    ["Host"] = HOST,
    ["X-Request-ID"] = guid,
    ["X-Forwarded-Proto"] = "https",
    ["X-Forwarded-For"] = "10.0." .. math.floor(visitor / 250) .. "." .. visitor % 250 + 1,
    ["User-Agent"] = "Mozilla/5.0 (load)",
    ["Accept-Encoding"] = "gzip",
  }
end

local function write()
  written = written + 1
  local key, address, cookies, token, body = unpack(writes[(first + written) % #writes + 1])
  local id = "load-" .. step .. "-write-" .. key
  local head = headers("write", id)
  head["Cookie"], head["X-CSRFToken"], head["Origin"] = cookies, token, "https://" .. HOST
  head["Accept"], head["Content-Type"] = "application/json", "application/x-www-form-urlencoded"
  return wrk.format("POST", address, head, (body:gsub("STEP", step)))
end

function request()
  repeat
    place = place % #asked + 1
  until asked[place][1] ~= "write" or written < #writes
  local kind, address = unpack(asked[place])
  if kind == "write" then return write() end
  local id = "load-" .. step .. "-" .. kind .. "-" .. number
  return wrk.format("GET", address, headers(kind, id))
end

function response(status, headers, body)
  local names = {}
  for name, value in pairs(headers) do names[name:lower()] = value end
  local guid = names["x-request-id"] or ""
  local found = sent[guid] or { "unknown", now(), guid }
  sent[guid] = nil
  seen:write(table.concat({
    found[3], found[1], status, math.floor(now() - found[2]),
    names["age"] and 1 or 0, names["retry-after"] and 1 or 0,
  }, "\t"), "\n")
end
