-- SPDX-License-Identifier: BSD-3-Clause
-- range: no pcap file: pktgen's own range mode, over 1, 16, 256 ... home addresses up to COUNT, one result each. Shows what the
-- number of bindings in use costs. Settings: common.lua.
local common = dofile((debug.getinfo(1, "S").source:match("@(.*/)") or "./") .. "common.lua")

local GROWTH = 16

common.run(function()
	local nodes = 1

	while true do
		local result

		common.send_range(nodes)
		result = common.measure(common.seconds)
		result.home_addresses = nodes
		common.report("range", result)
		if nodes == common.count then
			break
		end
		nodes = math.min(nodes * GROWTH, common.count)
	end
end)
