-- SPDX-License-Identifier: BSD-3-Clause
-- imix: to home addresses, 7 small, 4 medium and 1 large packet of every 12 (inner packets of 64, 570 and 1460 octets; the
-- large one just fits its tunnel on a link of 1500).
-- Input: a pcap file of make_pcap.py imix. Settings: common.lua.
local common = dofile((debug.getinfo(1, "S").source:match("@(.*/)") or "./") .. "common.lua")

common.run(function()
	common.send_pcap()
	common.report("imix", common.measure(common.seconds))
end)
