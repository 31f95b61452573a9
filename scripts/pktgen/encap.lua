-- SPDX-License-Identifier: BSD-3-Clause
-- encap: packets of one size from a correspondent to the home addresses of mobile nodes; each must come back tunnelled to the
-- node's care-of address. Against testpmd's macswap the same packets come back as they were sent.
-- Input: a pcap file of make_pcap.py encap. Settings: common.lua.
local common = dofile((debug.getinfo(1, "S").source:match("@(.*/)") or "./") .. "common.lua")

common.run(function()
	common.send_pcap()
	common.report("encap", common.measure(common.seconds))
end)
