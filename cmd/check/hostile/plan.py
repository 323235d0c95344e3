"""The list of cases, and what a case says when it fails."""

CASES = []


class Failed(Exception):
    """A case that found something else than it expected."""

    def __init__(self, expected, got):
        super().__init__(f"expected {expected}, got {got}")


class Case:
    """One line of the run: a section of an RFC, what is tried, and the function that tries it.

    own says that it needs a server which the run itself has started; server, with which flags
    (see server.py); meanwhile, that it mostly waits, and runs beside the others.
    """

    def __init__(self, section, name, run, own=False, server="usual", meanwhile=False):
        self.section, self.name, self.run = section, name, run
        self.own, self.server, self.meanwhile = own or server != "usual", server, meanwhile

    def __str__(self):
        return f"{self.section} {self.name}"


def add(section, name, run, **needs):
    """Lists a case; run is called with the target and returns how it went, in a few words."""
    CASES.append(Case(section, name, run, **needs))


def case(section, name, **needs):
    """add as a decorator."""
    def listed(run):
        add(section, name, run, **needs)
        return run
    return listed


def same(expected, got, what=""):
    """Fails unless both are equal."""
    if expected != got:
        what = what and what + " "
        raise Failed(f"{what}{expected!r}", repr(got))


def within(least, most, got, what):
    """Fails unless got lies between both."""
    if not least <= got <= most:
        raise Failed(f"{least} to {most} {what}", str(got))
