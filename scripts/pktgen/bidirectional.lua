-- SPDX-License-Identifier: BSD-3-Clause
-- bidirectional: every other packet goes to a home address, the others come out of that node's tunnel.
-- Input: a pcap file of make_pcap.py bidirectional. Settings: common.lua.
local common = dofile((debug.getinfo(1, "S").source:match("@(.*/)") or "./") .. "common.lua")

common.run(function()
	common.send_pcap()
	common.report("bidirectional", common.measure(common.seconds))
end)
