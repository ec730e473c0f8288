"""A month of a million items: made, billed, drilled into, and beside it what bare SQL and a script would do."""

from pathlib import Path

MONTH = "2026-03"
"""The month of the bench, in the client's zone."""


def peak_mib() -> int:
    """Give the greatest resident size that this process ever had, in MiB; Linux counts it anew at each start."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024
