"""Runs a program and says what it took."""
import os
import subprocess
import time


def run(command, **options):
    """Seconds of wall clock, seconds of processor, and peak memory in MiB of a program and the children it waited for."""
    env = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env,
                               **options)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{error.decode(errors='replace')[-2000:]}")
    return {"seconds": round(seconds, 4), "processor_seconds": round(usage.ru_utime + usage.ru_stime, 4),
            "peak_mib": round(usage.ru_maxrss / 1024, 1)}
