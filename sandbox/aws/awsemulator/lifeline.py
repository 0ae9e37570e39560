"""Ties this process to its parent: it is killed with it, however the parent ends. Never stops anything else."""

import ctypes
import os
import signal
import threading
import time

PR_SET_PDEATHSIG = 1


def die_with(parent_pid: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # the parent ended before the line above
        os._exit(0)

    # The death signal follows the parent's thread and is Linux only; the check covers the rest.
    def watch() -> None:
        while os.getppid() == parent_pid:
            time.sleep(0.5)
        os._exit(0)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
