#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The control socket of a running homewardd, seen from outside.

usage: control_api.py SOCKET
Changes nothing. Prints a line for each check and, last, "N passed, N failed".
"""
import json
import os
import pathlib
import random
import socket
import sys
import time

LINE_MAX = 65536
DEPTH_MAX = 16
BATCH_MAX = 64
CONNECTIONS_MAX = 64
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
NOT_FOUND, TOO_LARGE, FORBIDDEN, BUSY = 1, 2, 3, 4
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "control-api.md"
NOBODY = 65534

path = ""
results = {"passed": 0, "failed": 0}


class Client:
    def __init__(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(5)
        self.sock.connect(path)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.sock.close()

    def write(self, data):
        self.sock.sendall(data if isinstance(data, bytes) else data.encode())

    def read(self):
        """The next line as JSON; None at the end of the connection."""
        while b"\n" not in self.rest:
            more = self.sock.recv(65536)
            if not more:
                return None
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def ask(self, line):
        self.write(line if isinstance(line, bytes) else line.encode())
        self.write(b"\n")
        return self.read()

    def call(self, method, **params):
        return self.ask(request(method, params))


def request(method, params=None, number=1):
    message = {"jsonrpc": "2.0", "id": number, "method": method}
    if params is not None:
        message["params"] = params
    return json.dumps(message)


def notification(method):
    return json.dumps({"jsonrpc": "2.0", "method": method})


def code(response):
    return response["error"]["code"] if "error" in response else 0


def hello_answers(client):
    return client.call("server.hello").get("result", {}).get("product") == "homeward"


def check(what, good):
    print(f"{'ok     ' if good else 'FAILED '} {what}")
    results["passed" if good else "failed"] += 1


def hello():
    with Client() as client:
        result = client.call("server.hello")["result"]
    check("server.hello says product, version and api_version",
          result["product"] == "homeward" and result["api_version"] == 1 and
          isinstance(result["version"], str) and isinstance(result["pid"], int))


def discover():
    text = DOCUMENT.read_text(encoding="utf-8")
    with Client() as client:
        methods = client.call("rpc.discover")["result"]["methods"]
        check("rpc.discover lists methods with texts",
              len(methods) >= 8 and all(m["text"] and m["result"] for m in methods))
        for method in methods:
            name = method["name"]
            check(f"{name} has a part in docs/control-api.md", f"\n### {name}\n" in text)
            part = text.split(f"\n### {name}\n", 1)[-1].split("\n### ", 1)[0]
            check(f"{name}: its parameters are documented",
                  all(f"`{p['name']}`" in part for p in method["params"]))
            needs = any(p["required"] for p in method["params"])
            check(f"{name} without parameters answers as it should",
                  code(client.call(name)) == (INVALID_PARAMS if needs else 0))


def reading():
    with Client() as client:
        status = client.call("status.get")["result"]
        check("status.get: bindings fit the capacity",
              0 <= status["bindings"]["in_force"] <= status["bindings"]["capacity"])
        check("status.get: ports have name, kind, mac and mtu",
              status["ports"] and all(p["name"] and p["kind"] and p["mac"] and p["mtu"]
                                      for p in status["ports"]))
        stats = client.call("stats.get", texts=True)["result"]
        total = stats["totals"]
        check("stats.get: as many workers as status.get says",
              len(stats["workers"]) == status["workers"])
        check("stats.get: totals are the sum of the workers",
              all(total[k] == sum(w[k] for w in stats["workers"])
                  for k in ("received", "injected", "sent", "to_kernel")))
        check("stats.get: balance is made of the totals",
              stats["balance"]["in"] == total["received"] + total["injected"] and
              stats["balance"]["out"] == total["sent"] + total["to_kernel"] +
              sum(total["dropped"].values()) + sum(total["punted"].values()))
        check("stats.get: each drop reason has a text",
              set(stats["texts"]["dropped"]) == set(total["dropped"]))
        config = json.dumps(client.call("config.get")["result"])
        check('config.get shows no "key"', '"key"' not in config)


def paging():
    after, rows, calls = 0, [], 0
    with Client() as client:
        while after is not None and calls < 100000:
            page = client.call("binding.list", after=after, limit=7)["result"]
            rows += [row["home_address"] for row in page["bindings"]]
            after, calls = page["next"], calls + 1
        count = client.call("status.get")["result"]["bindings"]["in_force"]
        check("binding.list: the pages together show each binding once",
              len(rows) == len(set(rows)) == count)
        if rows:
            check("binding.get finds a binding of the list",
                  client.call("binding.get", home_address=rows[0])["result"]["home_address"]
                  == rows[0])
        check("binding.get without a binding is not found",
              code(client.call("binding.get", home_address="2001:db8:ffff::1")) == NOT_FOUND)
        check("binding.remove without a binding is not found",
              code(client.call("binding.remove", home_address="2001:db8:ffff::1")) == NOT_FOUND)


def bad_lines():
    nested = '{"jsonrpc":"2.0","id":1,"method":"server.hello","x":%s%s}'
    inner = DEPTH_MAX - 1
    cases = [
        ("a line that is not JSON", "hello", PARSE_ERROR),
        ("an empty line", "", PARSE_ERROR),
        ("octets that are not UTF-8", b'{"\xff":1}', PARSE_ERROR),
        ("an octet zero", b'{"jsonrpc":"2.0"\x00}', PARSE_ERROR),
        ("a number", "1", INVALID_REQUEST),
        ("an object that is no request", "{}", INVALID_REQUEST),
        ("another version of JSON-RPC",
         '{"jsonrpc":"1.0","id":1,"method":"server.hello"}', INVALID_REQUEST),
        ("an unknown method", request("no.such"), NO_METHOD),
        ("parameters by position", request("binding.get", ["2001:db8::1"]), INVALID_PARAMS),
        ("an unknown parameter", request("server.hello", {"x": 1}), INVALID_PARAMS),
        ("a missing parameter", request("binding.get", {}), INVALID_PARAMS),
        ("a page that is too large", request("binding.list", {"limit": 1001}), INVALID_PARAMS),
        ("a wrong address", request("binding.get", {"home_address": "x"}), INVALID_PARAMS),
        ("nesting at the limit", nested % ("[" * inner, "]" * inner), 0),
        ("nesting over the limit", nested % ("[" * (inner + 1), "]" * (inner + 1)), TOO_LARGE),
        ("brackets in a string", request("server.hello", None, "[{" * 50), 0),
        ("nesting to the end of a long line", "[" * LINE_MAX, TOO_LARGE),
        ("a line at the limit", request("server.hello").ljust(LINE_MAX), 0),
        ("a line over the limit", request("server.hello").ljust(LINE_MAX + 1), TOO_LARGE),
        ("a line far over the limit", "x" * (5 * LINE_MAX), TOO_LARGE),
        ("an empty batch", "[]", INVALID_REQUEST),
        ("a batch over the limit",
         "[" + ",".join([request("server.hello")] * (BATCH_MAX + 1)) + "]", TOO_LARGE),
    ]
    with Client() as client:
        for what, line, expected in cases:
            response = client.ask(line)
            check(f"{what} is answered with {expected}", code(response) == expected)
        check("the same connection still answers", hello_answers(client))


def batches():
    lines = [request("server.hello"), notification("server.hello"), "7",
             request("no.such", None, "b")]
    with Client() as client:
        answers = client.ask("[" + ",".join(lines) + "]")
        check("a batch is answered in order, without its notifications",
              [a["id"] for a in answers] == [1, None, "b"] and
              [code(a) for a in answers] == [0, INVALID_REQUEST, NO_METHOD])
        client.write(notification("server.hello") + "\n[" + notification("no.such") + "]\n")
        check("notifications are not answered, alone or in a batch",
              client.ask(request("server.hello", None, 77))["id"] == 77)


def framing():
    with Client() as client:
        client.write(request("server.hello", None, 1) + "\n" +
                     request("server.hello", None, 2) + "\n")
        check("two requests in one write are answered in order",
              [client.read()["id"], client.read()["id"]] == [1, 2])
        line = request("server.hello", None, 3) + "\n"
        client.write(line[:20])
        time.sleep(0.1)
        client.write(line[20:])
        check("one request in two writes is answered", client.read()["id"] == 3)
        check("a carriage return before the newline does no harm",
              client.ask(request("server.hello", None, 4) + "\r")["id"] == 4)
        client.write("".join(request("server.hello", None, i) + "\n" for i in range(500)))
        check("500 requests in one write are answered in order",
              [client.read()["id"] for _ in range(500)] == list(range(500)))
    with Client() as client:
        client.write(request("server.hello") + "\n" + request("server.hello") + "\nrest")
        client.sock.shutdown(socket.SHUT_WR)
        answers = [client.read(), client.read(), client.read()]
        check("a client that sends no more gets its answers, then the end",
              answers[0] is not None and answers[1] is not None and answers[2] is None)


def never_reads():
    """Sends until it is disconnected, while another client must be answered all the time."""
    slowest, gone = 0.0, False
    block = (request("rpc.discover") + "\n").encode() * 50
    with Client() as deaf, Client() as other:
        deaf.sock.setblocking(False)
        end = time.monotonic() + 20
        while not gone and time.monotonic() < end:
            try:
                deaf.sock.send(block)
            except BlockingIOError:
                time.sleep(0.001)
            except (BrokenPipeError, ConnectionResetError):
                gone = True
            before = time.monotonic()
            answered = hello_answers(other)
            slowest = max(slowest, time.monotonic() - before)
            if not answered:
                break
        check("a client that never reads is disconnected", gone)
        check(f"meanwhile another is answered within half a second ({slowest * 1000:.1f} ms)",
              slowest < 0.5 and hello_answers(other))


def wait_for_room():
    """The daemon hears of closed connections a moment later."""
    for _ in range(50):
        with Client() as client:
            if "result" in (client.ask(request("server.hello")) or {}):
                return True
        time.sleep(0.05)
    return False


def too_many():
    clients, refused = [], None
    for _ in range(CONNECTIONS_MAX + 1):
        client = Client()
        clients.append(client)
        try:
            response = client.call("server.hello")
        except (BrokenPipeError, ConnectionResetError):
            response = client.read()
        if "error" in response:
            refused = response
            break
    check("the connection over the limit is told so and closed",
          refused is not None and code(refused) == BUSY)
    check("those within it are still answered", hello_answers(clients[0]))
    for client in clients:
        client.sock.close()
    check("there is room again once they are closed", wait_for_room())


def leavers():
    """Clients that go at a bad moment."""
    for data in (b"", b"{", b"x" * 100000, request("rpc.discover").encode() + b"\n",
                 (request("rpc.discover") + "\n").encode() * 200):
        client = Client()
        try:
            client.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        client.sock.close()
    check("clients that leave in the middle do no harm", wait_for_room())


def noise():
    dice = random.Random(6275)
    good = True
    seeds = [request("binding.list", {"limit": 3, "prefix": "2001:db8::/32"}),
             request("stats.get", {"texts": True}), "[" + request("server.hello") + "]"]
    with Client() as client:
        for _ in range(300):
            line = bytearray(dice.choice(seeds).encode())
            for _ in range(dice.randrange(1, 6)):
                line[dice.randrange(len(line))] = dice.choice(b'{}[]",:\\0a \xff\x00')
            # A request made a notification by accident has no answer; this one always has.
            client.write(bytes(line) + b"\n" + request("server.hello", None, "end").encode()
                         + b"\n")
            response = client.read()
            while isinstance(response, list) or response.get("id") != "end":
                response = client.read()
            good = good and "result" in response
    check("300 damaged requests do no harm", good)


def as_nobody():
    """The exit status of a child that asks as another user: 0 refused as it should, 2 cannot tell."""
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    try:
        with Client() as client:
            if not hello_answers(client):
                return 1
            refused = code(client.call("binding.remove", home_address="2001:db8:ffff::1"))
            return 0 if refused == FORBIDDEN else 1
    except PermissionError:
        return 2


def access():
    if os.geteuid() != 0:
        return
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = as_nobody()
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 2:
        check("another user may not connect at all", True)
    else:
        check("another user may read but not change", status == 0)


def main():
    global path
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    path = sys.argv[1]
    for part in (hello, discover, reading, paging, bad_lines, batches, framing, leavers, noise,
                 never_reads, too_many, access):
        try:
            part()
        except Exception as problem:  # pylint: disable=broad-except
            check(f"{part.__name__}: {type(problem).__name__}: {problem}", False)
    print(f"{results['passed']} passed, {results['failed']} failed")
    return 0 if results["failed"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
