-- SPDX-License-Identifier: BSD-3-Clause
-- signalling: packets to home addresses, and among them valid Binding Updates (RFC 4285 authenticator) that refresh the
-- bindings of a few nodes; each is answered by a Binding Acknowledgement. The file may be sent in a loop for ever: a node's
-- updates are an eighth of the sequence number space apart, so that each is newer than the one before it
-- (RFC 6275 section 9.5.1), the first of the next turn included.
-- Input: a pcap file of make_pcap.py signalling. Settings: common.lua.
local common = dofile((debug.getinfo(1, "S").source:match("@(.*/)") or "./") .. "common.lua")

common.run(function()
	common.send_pcap()
	common.report("signalling", common.measure(common.seconds))
end)
