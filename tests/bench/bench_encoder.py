"""How fast the bundled model opens and encodes, with each reader, on one core.

Run from the project's root: python tests/bench/bench_encoder.py
"""

import os
import subprocess
import sys
import time

TEXTS = 20_000
SHORT = ("武昌今年要新增几所普惠幼儿园?", "how many new kindergartens this year")


def measure(reader: str) -> None:
    """Print one line of the table: seconds to import and open, texts a second, peak memory."""
    import resource

    begun = time.perf_counter()
    from index.config import EncoderSettings
    from index.encoder import open_encoder

    imported = time.perf_counter()
    encoder = open_encoder(EncoderSettings(reader=reader))
    opened = time.perf_counter()
    encoder.encode(SHORT, role="query")
    answered = time.perf_counter()
    texts = [f"{SHORT[number % 2]}{number % 100}" for number in range(TEXTS)]
    rates = []
    for _ in range(3):
        started = time.perf_counter()
        encoder.encode(texts, role="query")
        rates.append(TEXTS / (time.perf_counter() - started))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{reader:22} {imported - begun:8.2f} {opened - imported:8.3f} "
        f"{1000 * (answered - opened):12.1f} {max(rates):12,.0f} {peak:9.0f}",
        flush=True,
    )


def main() -> None:
    """Measure each reader in a process of its own, bound to one core where the system can."""
    heads = ("import s", "open s", "first two ms", "texts/s", "peak MB")
    print(f"{'reader':22} {heads[0]:>8} {heads[1]:>8} {heads[2]:>12} {heads[3]:>12} {heads[4]:>9}")
    environment = os.environ | {"TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"}
    bind = ["taskset", "-c", "0"] if sys.platform == "linux" else []
    for reader in ("light", "sentence-transformers"):
        program = f"from tests.bench.bench_encoder import measure; measure({reader!r})"
        subprocess.run([*bind, sys.executable, "-c", program], env=environment, check=True)


if __name__ == "__main__":
    main()
