"""`python -m servicedesk.embedded run|test|prove …`, called by ./run once the virtual environment is there."""

import sys

from servicedesk import translations
from servicedesk.embedded import checks, supervisor
from servicedesk.embedded.processes import Trouble

USAGE = """usage: ./run               set up what is missing, then start everything
       ./run test [WORD…]  every check and test; with words, pytest alone with these words
       ./run prove [ID…]   the full proofs against real processes"""


def main(words: list[str]) -> int:
    """Do what the first word says. A Trouble is one sentence on standard error."""
    verb, *rest = words or ["run"]
    try:
        translations.compile_all()
        if verb == "run" and not rest:
            return supervisor.run()
        if verb == "test":
            return checks.test(rest)
        if verb == "prove":
            return checks.prove(rest)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
