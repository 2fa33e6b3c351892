-- Queries for wrk: Q is the query, P the path; with COLD=1 each request asks another one (@N is a number).
local q = os.getenv("Q"); local cold = os.getenv("COLD") == "1"; local n = 0
local function enc(s) return (s:gsub("[^%w]", function(c) return string.format("%%%02X", string.byte(c)) end)) end
request = function()
  n = n + 1
  local text = q:gsub("@N", tostring(cold and math.random(0, 16000) or 7))
  if cold then text = text .. " # " .. tostring(n) .. tostring(math.random(1e9)) end
  return wrk.format("GET", (os.getenv("P")) .. "?query=" .. enc(text), {Accept="application/sparql-results+json"})
end
init = function(args) math.randomseed(os.time()) end
