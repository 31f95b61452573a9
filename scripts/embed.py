#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""embed.py INPUT OUTPUT.c: a file as a C array, for include/ha/steer_object.h."""
import sys

data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "w", encoding="ascii") as out:
    out.write('#include "ha/steer_object.h"\n\n')
    out.write("const size_t steer_object_size = %d;\n" % len(data))
    out.write("const unsigned char steer_object[] __attribute__((aligned(8))) = {\n")
    for at in range(0, len(data), 16):
        out.write("\t" + ", ".join("0x%02x" % b for b in data[at : at + 16]) + ",\n")
    out.write("};\n")
