-- SPDX-License-Identifier: BSD-3-Clause
-- decap: packets out of mobile nodes' tunnels; each has the care-of address of its node outside and its home address inside,
-- and must come back without the tunnel. A pair that does not match would be dropped and show as lost.
-- Input: a pcap file of make_pcap.py decap. Settings: common.lua.
local common = dofile((debug.getinfo(1, "S").source:match("@(.*/)") or "./") .. "common.lua")

common.run(function()
	common.send_pcap()
	common.report("decap", common.measure(common.seconds))
end)
