#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The vectors of tests/vectors/5944 as tshark reads them: each that says so is a whole message of Mobile IPv4, of that type and with
those extensions, without a complaint. test_message compares what is written here with the same octets.

Usage: mip4_vectors.py [FOLDER]. Ends with "N passed, N failed".
"""
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LINKTYPE_RAW = 101
FIELDS = ("mip.type", "mip.ext.type", "_ws.malformed", "_ws.expert.severity")


def vectors(folder):
    for path in sorted(folder.glob("*.hex")):
        lines = path.read_text().splitlines()
        octets = bytes.fromhex(" ".join(line for line in lines if not line.startswith("#")))
        expected = [line for line in lines if line.startswith("# tshark: ")]
        if expected:
            yield path.name, octets, expected[0].removeprefix("# tshark: ")


def capture(packets):
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_RAW)
    for number, octets in enumerate(packets):
        out += struct.pack("<IIII", number, 0, len(octets), len(octets)) + octets
    return out


def read(packets):
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(capture(packets))
        file.flush()
        # A checksum of 0 in IPv4 is nobody's complaint here; those of UDP are looked at.
        command = ["tshark", "-r", file.name, "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "occurrence=a"]
        for field in FIELDS:
            command += ["-e", field]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in out.splitlines()]


def problem_of(expected, fields):
    kind, _, extensions = expected.partition(" ")
    read_kind, read_extensions, malformed, severity = (fields + [""] * 4)[:4]
    if malformed or severity:
        return f"tshark complains: malformed {malformed!r}, severity {severity!r}"
    # What is skipped by its length has no number of its own in tshark, but its type is shown.
    if read_kind != kind or read_extensions != extensions:
        return f"expected type {kind} with extensions {extensions!r}, tshark read {read_kind} with {read_extensions!r}"
    return None


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests/vectors/5944"
    rows = list(vectors(folder))
    read_rows = read([octets for _, octets, _ in rows])
    failed = 0
    if len(read_rows) != len(rows) or not rows:
        print(f"FAIL {len(rows)} vectors, and tshark read {len(read_rows)} packets")
        failed += 1
    for (name, _, expected), fields in zip(rows, read_rows):
        problem = problem_of(expected, fields)
        if problem:
            print(f"FAIL {name}: {problem}")
            failed += 1
    print(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed or not rows else 0


sys.exit(main())
