"""Runs a stage under FSDP2 on CPUs, for tests.py.

    accelerate launch --config_file fsdp.yaml --num_processes 2 --mixed_precision no on_cpu.py sft.py --use_cpu true …

accelerate 1.15 shards for every kind of device but the CPU: `AcceleratorState` leaves CPU processes as `MULTI_CPU`, says nothing,
and trains by DDP. PyTorch's `fully_shard` itself works over gloo, so the processes are called `MULTI_GPU` here, which sends them
through the same code as on GPUs. Nothing but the tests uses this file.
"""

import runpy
import sys

from accelerate import PartialState
from accelerate.utils import DistributedType

START = PartialState.__init__


def start(self: PartialState, cpu: bool = False, **settings) -> None:
    """As accelerate starts, under another name."""
    START(self, cpu, **settings)
    if self.distributed_type == DistributedType.MULTI_CPU:
        self.distributed_type = DistributedType.MULTI_GPU


if __name__ == "__main__":
    PartialState.__init__ = start
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
