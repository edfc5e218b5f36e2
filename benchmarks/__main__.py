"""Start the run in a process of one thread."""

import os
import sys

from benchmarks.machine import one_thread

if __name__ == "__main__":
    command = [sys.executable, "-m", "benchmarks.run", *sys.argv[1:]]
    os.execve(sys.executable, command, one_thread(os.environ))
