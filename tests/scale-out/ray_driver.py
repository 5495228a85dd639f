"""A sweep on a Ray cluster: one task per shard, one file of lines per task.

    python ray_driver.py PROGRAM SHARDS sweep SCENARIO --seeds A..B

The program has to lie at the same place on every node. Shards that a lost node has taken with it are run again by
Ray; that a shard is run twice does no harm, its lines are the same.
"""

import subprocess
import sys
from pathlib import Path

import ray


@ray.remote(num_cpus=1, max_retries=3)
def shard(program: str, arguments: list[str], number: int, count: int) -> str:
    command = [program, *arguments, "--shard", f"{number}/{count}", "--jobs", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def main() -> None:
    program, count, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    ray.init(log_to_driver=False, include_dashboard=False)
    tasks = {shard.remote(program, arguments, number, count): number for number in range(1, count + 1)}
    waiting = list(tasks)
    while waiting:
        (done,), waiting = ray.wait(waiting)
        Path(f"s{tasks[done]}.jsonl").write_text(ray.get(done))


if __name__ == "__main__":
    main()
