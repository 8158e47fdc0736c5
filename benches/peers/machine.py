"""What a figure was measured on, and how much of the machine others used meanwhile."""
import os
import platform
import re
from pathlib import Path


def describe():
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    find = lambda key: next(iter(re.findall(rf"^{key}\s*: (.*)$", text, re.M)), "")
    sets = [s for s in ("avx2", "avx512f", "asimd") if s in (find("flags") or find("Features")).split()]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"processor": find("model name") or platform.machine(), "cores": os.cpu_count(), "instruction_sets": sets,
            "memory_gib": round(memory, 1), "system": platform.system()}


def busy_ticks():
    """Ticks that all cores worked, or were kept from it by the host of a virtual machine, since the start."""
    user, nice, system, _, _, irq, soft, stolen, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return user + nice + system + irq + soft + stolen


def ticks_of(process):
    """Ticks that a process worked."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
