-- SPDX-License-Identifier: BSD-3-Clause
-- rfc2544: searches the highest rate at which nothing is lost (RFC 2544 section 26.1, for IPv6 RFC 5180; RFC 8219 asks the same of
-- tunnelling devices): binary search over the rate between 0 and what passed at full speed, trials of SECONDS, loss 0. Then the
-- latency at half of it, median and 99.9 per cent.
--
-- Latency: pktgen 23.03 sends its time stamps in IPv4 packets whatever the others are. testpmd sends those back; a home agent for
-- IPv6 does not forward them. Then this says that no sample came back, and scripts/pktgen/run measures the latency at the same
-- rate with pktsource.
--
-- Input: a pcap file of make_pcap.py encap. Settings: common.lua, and
--     HOMEWARD_TRIALS  halvings (8): the result is right to 1/256 of the rate at full speed
--     HOMEWARD_LOSS    tolerated, in per cent of the packets (0)
--     HOMEWARD_SAMPLES file for pktgen's latency samples
local common = dofile((debug.getinfo(1, "S").source:match("@(.*/)") or "./") .. "common.lua")

local TRIALS = tonumber(os.getenv("HOMEWARD_TRIALS") or 8)
local LOSS_MAX = tonumber(os.getenv("HOMEWARD_LOSS") or 0)
local SAMPLES = os.getenv("HOMEWARD_SAMPLES") or os.tmpname()
local SAMPLES_MAX = 100000
local STAMPS_PER_S = 1000

-- What 100 per cent would be, packets per second; pktgen computes it from the link's speed and the packets' size.
local function line_rate()
	common.set_rate(100)
	return pktgen.portInfo(common.port)[tonumber(common.port)].info.tx_debug.tx_pps
end

local function try(pps, line_pps)
	local result

	common.set_rate(100 * pps / line_pps)
	result = common.measure(common.seconds, 0)
	result.wanted_pps = pps
	result.loss_percent = result.sent > 0 and 100 * result.lost / result.sent or 100
	result.passed = result.sent > 0 and result.loss_percent <= LOSS_MAX
	common.report("trial", result)
	return result
end

local function search(line_pps)
	local low, best = 0, nil
	local full = common.measure(common.seconds)

	local high = full.rx_pps

	common.report("full_speed", full)
	for _ = 1, TRIALS do
		local pps = math.floor((low + high) / 2)
		local result = try(pps, line_pps)

		if result.passed then
			low, best = pps, result
		else
			high = pps
		end
	end
	return low, best
end

local function percentile(samples, share)
	return samples[math.max(1, math.ceil(share * #samples))] / 1000 -- nanoseconds
end

local function measure_latency(pps, line_pps)
	local samples = {}

	common.set_rate(100 * pps / line_pps)
	pktgen.latency(common.port, "enable")
	pktgen.latsampler_params(common.port, "simple", SAMPLES_MAX, STAMPS_PER_S, SAMPLES)
	pktgen.latsampler(common.port, "on")
	common.measure(common.seconds)
	pktgen.latsampler(common.port, "off")
	pktgen.latency(common.port, "disable")
	for line in io.lines(SAMPLES) do
		samples[#samples + 1] = tonumber(line) -- the heading is none
	end
	os.remove(SAMPLES)
	if #samples == 0 then
		return {rate_pps = pps, samples = 0,
			note = "no time stamp came back: pktgen sends them as IPv4"}
	end
	table.sort(samples)
	return {rate_pps = pps, samples = #samples, p50_us = percentile(samples, 0.5),
		p99_us = percentile(samples, 0.99), p999_us = percentile(samples, 0.999)}
end

common.run(function()
	local line_pps, highest, best

	common.send_pcap()
	line_pps = line_rate()
	highest, best = search(line_pps)
	common.report("highest_lossless", {pps = highest, tx_pps = best and best.tx_pps or 0, trials = TRIALS,
		loss_tolerated_percent = LOSS_MAX})
	if highest > 0 then
		common.report("latency", measure_latency(math.floor(highest / 2), line_pps))
	end
end)
