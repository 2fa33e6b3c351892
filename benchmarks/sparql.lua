-- Queries for wrk: Q is the query, P the path. With COLD=1 each request asks another one, in which @N is a number
-- up to MOST; otherwise all ask the same. ACCEPT is the format asked for.
local q, path = os.getenv("Q"), os.getenv("P")
local accept = os.getenv("ACCEPT") or "application/sparql-results+json"
local cold, most, n = os.getenv("COLD") == "1", tonumber(os.getenv("MOST") or "16000"), 0
local function enc(s) return (s:gsub("[^%w]", function(c) return string.format("%%%02X", string.byte(c)) end)) end
local function get(text)
  return wrk.format("GET", path .. "?query=" .. enc(text), {Accept = accept})
end
local same
request = function()
  if not cold then
    same = same or get((q:gsub("@N", tostring(math.min(7, most)))))
    return same
  end
  n = n + 1
  return get(q:gsub("@N", tostring(math.random(0, most))) .. " # " .. n .. "-" .. math.random(1e9))
end
init = function(args) math.randomseed(os.time()) end
