# SPDX-License-Identifier: BSD-3-Clause
"""suite: what a case is, and how cases are collected.

A case is a function marked with @case whose docstring begins "RFC NNNN SECTION: what must happen". It gets the home agent and
raises Failure when that does not happen. With @case(each=values) it is one case for each value, which it gets as its second
argument and which stands for {0} in the docstring. A case that must let time pass is a generator: `yield SECONDS` gives way to
others and goes on no earlier than so many seconds later.

The module's CONFIGURATION, or the case's own (on=...), names the configuration of the home agent that it runs against. Where the module
says REAL_LINK_TOO, its cases run on a real home link as well, but for those that are virtual_only.
"""
import importlib
import inspect
import os

HERE = os.path.dirname(os.path.abspath(__file__))
REAL = "real"
NOT_CASES = {"run", "suite", "configurations", "configurations4", "home_agent", "home_agent4", "expect", "expect4", "octets", "craft",
             "correspondent"}


class Failure(Exception):
    """The home agent did what it must not, or not what it must."""


def case(function=None, *, each=(None,), on=None, virtual_only=False):
    def mark(marked):
        marked.values, marked.configuration, marked.virtual_only = list(each), on, virtual_only
        return marked
    return mark(function) if function is not None else mark


class Case:
    def __init__(self, module, function, value, configuration=None):
        self.function, self.value = function, value
        self.configuration = configuration or function.configuration or module.CONFIGURATION
        line = inspect.getdoc(function).splitlines()[0]
        self.section, _, self.text = line.format(value).partition(": ")
        self.group = module.__name__
        self.name = f"{self.group}.{function.__name__}" + (f"[{value}]" if value is not None else "") + \
            (f"@{configuration}" if configuration else "")
        self.waits = inspect.isgeneratorfunction(function)

    def begin(self, home_agent):
        """None when it is over; a generator when it wants to be resumed."""
        arguments = (home_agent,) if self.value is None else (home_agent, self.value)
        result = self.function(*arguments)
        return result if inspect.isgenerator(result) else None


def groups():
    return sorted(name[:-3] for name in os.listdir(HERE) if name.endswith(".py") and name[:-3] not in NOT_CASES)


def collect():
    """Every case, in the order of the files' names and of the functions in them."""
    found = []
    for group in groups():
        module = importlib.import_module(group)
        functions = [item for item in vars(module).values()
                     if inspect.isfunction(item) and hasattr(item, "values") and item.__module__ == group]
        found += [Case(module, function, value) for function in functions for value in function.values]
        found += [Case(module, function, value, REAL) for function in functions for value in function.values
                  if getattr(module, "REAL_LINK_TOO", False) and not function.configuration and not function.virtual_only]
    return found
