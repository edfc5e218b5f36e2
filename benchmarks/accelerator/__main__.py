"""Start the run."""

import sys

from benchmarks.accelerator.run import main

if __name__ == "__main__":
    sys.exit(main())
