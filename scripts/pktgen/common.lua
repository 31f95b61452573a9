-- SPDX-License-Identifier: BSD-3-Clause
-- common: what the scenarios share: settings, sending, measuring, the report. A scenario begins with
--
--     local common = dofile((debug.getinfo(1, "S").source:match("@(.*/)") or "./") .. "common.lua")
--
-- Settings are taken from the environment, which scripts/pktgen/run fills, so a scenario also runs by hand:
--     HOMEWARD_DST_MAC    of the device under test           HOMEWARD_SRC_MAC  ours
--     HOMEWARD_COUNT      mobile nodes 1 .. COUNT            HOMEWARD_SECONDS  of one measurement
--     HOMEWARD_RATE       per cent of the port's speed       HOMEWARD_SIZE     octets of a frame, without its check sequence
--     HOMEWARD_REPORT     file for the results, one JSON object a line; stderr unless given
--
-- pktgen takes its statistics once a second: rates are over whole seconds, and losses are counted two seconds after the
-- last packet was sent. pktgen.quit() does not end a script given with -f, os.exit() does.

local common = {}

local function setting(name, default)
	return os.getenv("HOMEWARD_" .. name) or default
end

common.port = setting("PORT", "0")
common.dst_mac = setting("DST_MAC", "02:00:00:00:00:01")
common.src_mac = setting("SRC_MAC", "02:00:00:00:00:02")
common.count = tonumber(setting("COUNT", 65536))
common.seconds = tonumber(setting("SECONDS", 5))
common.rate = tonumber(setting("RATE", 100))
common.size = tonumber(setting("SIZE", 92))
common.settle_ms = 2500
common.fcs_octets = 4 -- pktgen's sizes count the frame check sequence

common.correspondent = "2001:db8:cc::1"
common.home_format = "2001:db8:1::%x:%x"

-- The home address of mobile node 1 .. COUNT; the node's number is in its last 32 bits.
function common.home_address(node)
	return string.format(common.home_format, node // 65536, node % 65536)
end

function common.set_rate(percent)
	pktgen.set(common.port, "rate", percent)
end

local function set_up()
	pktgen.screen("off")
	pktgen.set(common.port, "count", 0)
	pktgen.set_mac(common.port, "dst", common.dst_mac)
	pktgen.set_mac(common.port, "src", common.src_mac)
end

-- Packets to one home address.
function common.send_single(node)
	set_up()
	pktgen.set(common.port, "size", common.size + common.fcs_octets)
	pktgen.set_type(common.port, "ipv6")
	pktgen.set_proto(common.port, "udp")
	pktgen.set_ipaddr(common.port, "src", common.correspondent .. "/64")
	pktgen.set_ipaddr(common.port, "dst", common.home_address(node))
	common.set_rate(common.rate)
end

-- Packets to the home addresses of nodes 1 .. nodes in turn. pktgen writes them into its buffers before it sends, so there
-- are as many addresses as it has buffers, at most; a pcap file holds more.
function common.send_range(nodes)
	local range = pktgen.range
	local port = common.port
	local size = common.size + common.fcs_octets

	set_up()
	pktgen.set_range(port, "on")
	range.set_type(port, "ipv6")
	range.ip_proto(port, "udp")
	for _, what in ipairs({"start", "min", "max"}) do
		range.dst_mac(port, what, common.dst_mac)
		range.src_mac(port, what, common.src_mac)
		range.pkt_size(port, what, size)
		range.src_ip(port, what, common.correspondent)
		range.dst_port(port, what, 4660)
		range.src_port(port, what, 4660)
		range.hop_limits(port, what, 64)
	end
	range.dst_mac(port, "inc", "00:00:00:00:00:00")
	range.src_mac(port, "inc", "00:00:00:00:00:00")
	range.pkt_size(port, "inc", 0)
	range.src_ip(port, "inc", "::")
	range.dst_port(port, "inc", 0)
	range.src_port(port, "inc", 0)
	range.hop_limits(port, "inc", 0)
	range.dst_ip(port, "start", common.home_address(1))
	range.dst_ip(port, "min", common.home_address(1))
	range.dst_ip(port, "max", common.home_address(nodes))
	range.dst_ip(port, "inc", nodes > 1 and "::1" or "::")
	common.set_rate(common.rate)
end

-- The packets of the pcap file that pktgen was given with -s.
function common.send_pcap()
	set_up()
	pktgen.pcap(common.port, "on")
	common.set_rate(common.rate)
end

local function count_now()
	local stats = pktgen.portStats(common.port, "port")[tonumber(common.port)]

	return {sent = stats.opackets, received = stats.ipackets}
end

-- Sends for warm_up and then seconds seconds. Returns rates over the latter, counts and loss over everything.
function common.measure(seconds, warm_up)
	local before, first, last, after, lost

	pktgen.delay(common.settle_ms)
	before = count_now()
	pktgen.start(common.port)
	pktgen.delay(1000 * (warm_up or 2))
	first = count_now()
	pktgen.delay(1000 * seconds)
	last = count_now()
	pktgen.stop(common.port)
	pktgen.delay(common.settle_ms)
	after = count_now()
	lost = (after.sent - before.sent) - (after.received - before.received)
	return {
		tx_pps = (last.sent - first.sent) / seconds,
		rx_pps = (last.received - first.received) / seconds,
		sent = after.sent - before.sent,
		received = after.received - before.received,
		lost = lost > 0 and lost or 0,
	}
end

local function to_json(value)
	local parts = {}

	if type(value) == "number" then
		return string.format(value % 1 == 0 and "%.0f" or "%.3f", value)
	elseif type(value) == "boolean" then
		return tostring(value)
	elseif type(value) == "string" then
		return '"' .. value:gsub('[%c"\\]', " ") .. '"'
	elseif #value > 0 then
		for _, item in ipairs(value) do
			parts[#parts + 1] = to_json(item)
		end
		return "[" .. table.concat(parts, ", ") .. "]"
	end
	for key, item in pairs(value) do
		parts[#parts + 1] = string.format("%q: %s", key, to_json(item))
	end
	table.sort(parts)
	return "{" .. table.concat(parts, ", ") .. "}"
end

-- One line of the report.
function common.report(what, result)
	local path = os.getenv("HOMEWARD_REPORT")
	local file = path and io.open(path, "a") or io.stderr

	result.what = what
	file:write(to_json(result), "\n")
	if path then
		file:close()
	end
end

-- Carries a scenario out and ends pktgen, which would stay at its prompt otherwise, also after a mistake in a script.
function common.run(scenario)
	local good, reason = xpcall(scenario, debug.traceback)

	if not good then
		common.report("error", {note = reason})
	end
	pktgen.stop(common.port)
	os.exit(good and 0 or 1)
end

return common
